/** The account's AI settings: its own choices (null: the installation's), and what holds with them. */

import { request } from "./client";

export interface AccountSettings {
  image_model: string | null;
  image_style: string | null;
  max_in_article_images: number | null;
  effective: {
    image_model: string;
    image_provider: string;
    image_style: string;
    max_in_article_images: number;
  };
}

export type SettingsChange = Partial<Pick<AccountSettings, "image_model" | "image_style" | "max_in_article_images">>;

export const loadSettings = () => request<AccountSettings>("GET", "system/settings/");

export const saveSettings = (change: SettingsChange) => request<AccountSettings>("PUT", "system/settings/", change);

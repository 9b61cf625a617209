/** The models that the account can choose from, as the backend's database has them. */

import { request } from "./client";

export interface ImageModel {
  model_name: string;
  display_name: string;
  provider: string;
  is_default: boolean;
  quality_tier: "basic" | "quality" | "premium" | null;
  credits_per_image: number | null;
  /** USD, as a decimal in text. */
  cost_per_image: string | null;
  valid_sizes: string[];
}

export interface TextModel {
  model_name: string;
  display_name: string;
  provider: string;
  is_default: boolean;
  max_tokens: number | null;
  tokens_per_credit: number | null;
  /** USD per 1M tokens, as decimals in text. */
  input_cost_per_1m: string | null;
  output_cost_per_1m: string | null;
}

export interface AIModels {
  text_models: TextModel[];
  image_models: ImageModel[];
  image_settings: {
    image_model: string | null;
    image_provider: string | null;
    image_style: string;
    max_in_article_images: number;
  };
}

export const loadAIModels = () => request<AIModels>("GET", "system/ai-models/");

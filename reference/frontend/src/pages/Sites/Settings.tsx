/** Sites > Settings > Image Settings: which model draws the account's images, in which style, and how many. */

import { useEffect, useState } from "react";

import { type AccountSettings, type SettingsChange, loadSettings, saveSettings } from "../../api/settings";

type Quality = "basic" | "quality" | "premium";
type Service = "runware" | "openai";

const QUALITY_TO_CONFIG: Record<Quality, { service: Service; model: string; label: string }> = {
  basic: { service: "runware", model: "runware:97@1", label: "Basic" },
  quality: { service: "openai", model: "dall-e-3", label: "Quality" },
  premium: { service: "runware", model: "google:4@2", label: "Premium" },
};

const RUNWARE_MODEL_CHOICES = [
  { value: "runware:97@1", label: "HiDream-I1 Full" },
  { value: "bria:10@1", label: "Bria 3.2" },
  { value: "google:4@2", label: "Nano Banana Pro" },
];

const DALLE_MODEL_CHOICES = [{ value: "dall-e-3", label: "DALL-E 3" }];

const MODEL_LANDSCAPE_SIZES: Record<string, string> = {
  "runware:97@1": "1280x768",
  "bria:10@1": "1344x768",
  "google:4@2": "1376x768",
  "dall-e-3": "1024x1024",
};

const STYLES = ["photorealistic", "illustration", "watercolor", "minimalist"];

export default function Settings() {
  const [settings, setSettings] = useState<AccountSettings | null>(null);
  const [error, setError] = useState("");

  useEffect(() => {
    loadSettings().then(setSettings, (reason: Error) => setError(reason.message));
  }, []);

  async function change(values: SettingsChange) {
    try {
      setSettings(await saveSettings(values));
      setError("");
    } catch (reason) {
      setError((reason as Error).message);
    }
  }

  if (!settings) {
    return error ? <p role="alert">{error}</p> : <p>Loading…</p>;
  }
  const { effective } = settings;
  const choices = effective.image_provider === "openai" ? DALLE_MODEL_CHOICES : RUNWARE_MODEL_CHOICES;
  const quality = (Object.keys(QUALITY_TO_CONFIG) as Quality[]).find(
    (key) => QUALITY_TO_CONFIG[key].model === effective.image_model,
  );

  return (
    <section aria-labelledby="image-settings">
      <h2 id="image-settings">Image Settings</h2>
      {error && <p role="alert">{error}</p>}
      <label>
        Quality
        <select
          value={quality ?? ""}
          onChange={(event) => change({ image_model: QUALITY_TO_CONFIG[event.target.value as Quality].model })}
        >
          {!quality && <option value="">Custom</option>}
          {Object.entries(QUALITY_TO_CONFIG).map(([key, { label }]) => (
            <option key={key} value={key}>
              {label}
            </option>
          ))}
        </select>
      </label>
      <label>
        Model
        <select value={effective.image_model} onChange={(event) => change({ image_model: event.target.value })}>
          {choices.map(({ value, label }) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
      </label>
      <p>Featured images: {MODEL_LANDSCAPE_SIZES[effective.image_model] ?? "1024x1024"}</p>
      <label>
        Style
        <select value={effective.image_style} onChange={(event) => change({ image_style: event.target.value })}>
          {[...new Set([effective.image_style, ...STYLES])].map((style) => (
            <option key={style}>{style}</option>
          ))}
        </select>
      </label>
      <label>
        Images in an article
        <input
          type="number"
          min={0}
          max={10}
          value={effective.max_in_article_images}
          onChange={(event) => change({ max_in_article_images: event.target.valueAsNumber })}
        />
      </label>
    </section>
  );
}

/** Sites > Settings > Image Settings: which model draws the account's images, in which style, and how many. */

import { useEffect, useState } from "react";

import { type AIModels, type ImageModel, loadAIModels } from "../../api/aiModels";
import { type SettingsChange, saveSettings } from "../../api/settings";

const TIER_LABELS = { basic: "Basic", quality: "Quality", premium: "Premium" };

const STYLES = ["photorealistic", "illustration", "watercolor", "minimalist"];

/** "Quality: DALL-E 3 (5 credits an image)" */
function label({ quality_tier, display_name, model_name, credits_per_image }: ImageModel): string {
  const tier = quality_tier ? `${TIER_LABELS[quality_tier]}: ` : "";
  const price = credits_per_image ? ` (${credits_per_image} ${credits_per_image === 1 ? "credit" : "credits"} an image)` : "";
  return `${tier}${display_name || model_name}${price}`;
}

export default function Settings() {
  const [models, setModels] = useState<AIModels | null>(null);
  const [error, setError] = useState("");

  useEffect(() => {
    loadAIModels().then(setModels, (reason: Error) => setError(reason.message));
  }, []);

  async function change(values: SettingsChange) {
    try {
      await saveSettings(values);
      setModels(await loadAIModels());
      setError("");
    } catch (reason) {
      setError((reason as Error).message);
    }
  }

  if (!models) {
    return error ? <p role="alert">{error}</p> : <p>Loading…</p>;
  }
  const { image_models, image_settings } = models;
  const chosen = image_settings.image_model ?? "";
  const listed = image_models.some((model) => model.model_name === chosen);

  return (
    <section aria-labelledby="image-settings">
      <h2 id="image-settings">Image Settings</h2>
      {error && <p role="alert">{error}</p>}
      <label>
        Model
        <select value={chosen} onChange={(event) => change({ image_model: event.target.value })}>
          {!listed && (
            <option value={chosen} disabled>
              {chosen || "None"}
            </option>
          )}
          {image_models.map((model) => (
            <option key={model.model_name} value={model.model_name}>
              {label(model)}
            </option>
          ))}
        </select>
      </label>
      <label>
        Style
        <select value={image_settings.image_style} onChange={(event) => change({ image_style: event.target.value })}>
          {[...new Set([image_settings.image_style, ...STYLES])].map((style) => (
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
          value={image_settings.max_in_article_images}
          onChange={(event) => change({ max_in_article_images: event.target.valueAsNumber })}
        />
      </label>
    </section>
  );
}

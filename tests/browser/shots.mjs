// Pictures of every page: `cargo xtask shots`.
import assert from "node:assert/strict";
import path from "node:path";
import { test } from "node:test";
import { LANDSCAPE, PHONE, PHONE_ON_SIDE, PORTRAIT, ZOOMED } from "./stall.mjs";
import { busyShop, emptyTablets, tour } from "./tour.mjs";

const { STALLBOOK_SHOTS, STALLBOOK_SHOTS_OF, STALLBOOK_SHOTS_SIZES, STALLBOOK_SHOTS_LANGS, STALLBOOK_SHOTS_THEMES } = process.env;
const SIZES = { landscape: LANDSCAPE, portrait: PORTRAIT, phone: PHONE, "phone-landscape": PHONE_ON_SIDE, zoomed: ZOOMED };

/** Those that were asked for by name, of what there is. */
function asked(names, known) {
  const chosen = (names || known.join(",")).split(",");
  for (const name of chosen) assert.ok(known.includes(name), `no “${name}” among ${known.join(", ")}`);
  return chosen;
}

test("every page is looked at", async (t) => {
  const sizes = asked(STALLBOOK_SHOTS_SIZES, Object.keys(SIZES));
  const languages = asked(STALLBOOK_SHOTS_LANGS, ["zh", "en"]);
  const themes = asked(STALLBOOK_SHOTS_THEMES || "light,daylight", ["light", "dark", "daylight"]);
  const shop = { ...(await busyShop(t)), ...(await emptyTablets(t)) };
  let taken = 0;
  for (const size of sizes) {
    for (const lang of languages) {
      for (const theme of themes) {
        await tour(shop, { lang, theme, size: SIZES[size] }, async (tablet, name) => {
          if (!name.includes(STALLBOOK_SHOTS_OF)) return;
          taken += 1;
          await tablet.page.screenshot({ path: path.join(STALLBOOK_SHOTS, `${name}-${size}-${lang}-${theme}.png`) });
        });
      }
    }
  }
  assert.ok(taken > 0, `no sight has “${STALLBOOK_SHOTS_OF}” in its name`);
});

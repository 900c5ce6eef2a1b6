// Pictures of every page: `cargo xtask shots`.
import path from "node:path";
import { test } from "node:test";
import { LANDSCAPE, PORTRAIT } from "./stall.mjs";
import { busyShop, emptyTablets, tour } from "./tour.mjs";

const { STALLBOOK_SHOTS, STALLBOOK_SHOTS_OF } = process.env;

test("every page is looked at", async (t) => {
  const shop = { ...(await busyShop(t)), ...(await emptyTablets(t)) };
  for (const size of [LANDSCAPE, PORTRAIT]) {
    for (const lang of ["zh", "en"]) {
      for (const theme of ["light", "daylight"]) {
        await tour(shop, { lang, theme, size }, async (tablet, name) => {
          if (!name.includes(STALLBOOK_SHOTS_OF)) return;
          await tablet.page.screenshot({ path: path.join(STALLBOOK_SHOTS, `${name}-${size.width}-${lang}-${theme}.png`) });
        });
      }
    }
  }
});

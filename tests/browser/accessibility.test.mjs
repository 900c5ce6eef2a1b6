// axe finds nothing on any page, with something on it and with nothing, in both languages, three themes, both tablet
// sizes; and neither language shows a word of the other.
import assert from "node:assert/strict";
import { test } from "node:test";
import { faults } from "./axe.mjs";
import { LANDSCAPE, PORTRAIT } from "./stall.mjs";
import { busyShop, emptyTablets, tour, TYPED } from "./tour.mjs";

/** Words of the other language among those of the app. */
async function foreign(tablet, where) {
  let text = await tablet.page.evaluate(() => document.body.innerText);
  // A language is always called by its own name.
  for (const typed of [...TYPED, "中文"]) text = text.replaceAll(typed, "·");
  const other = tablet.lang === "zh" ? /[a-z]{3,} [a-z]{3,}/gi : /[^\n·]*\p{Script=Han}[^\n·]*/gu;
  // A tile without a picture shows the first letter of what was typed.
  const letters = new Set(TYPED.map((typed) => [...typed][0]));
  const words = (text.match(other) ?? []).map((words) => words.trim()).filter((words) => !letters.has(words));
  return words.map((words) => `${where}: ${words}`);
}

test("axe finds nothing on any page, in both languages, three themes and both sizes", async (t) => {
  const shop = { ...(await busyShop(t)), ...(await emptyTablets(t)) };
  // Every two of language, theme and size meet.
  const ways = [
    ["en", "light", LANDSCAPE], ["zh", "light", PORTRAIT], ["en", "dark", PORTRAIT],
    ["zh", "dark", LANDSCAPE], ["en", "daylight", LANDSCAPE], ["zh", "daylight", PORTRAIT],
  ];
  for (const [lang, theme, size] of ways) {
    await t.test(`${lang}, ${theme}, ${size.width} × ${size.height}`, async () => {
      const found = [];
      await tour(shop, { lang, theme, size }, async (tablet, name) => {
        found.push(...(await faults(tablet, name)), ...(await foreign(tablet, name)));
      });
      assert.deepEqual(found, []);
    });
  }
});

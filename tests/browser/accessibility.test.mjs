// axe finds nothing on any page, with something on it and with nothing, in both languages, three themes, both tablet
// sizes; and no text is missing in either language.
import assert from "node:assert/strict";
import { test } from "node:test";
import { AxeBuilder } from "@axe-core/playwright";
import { LANDSCAPE, PORTRAIT } from "./stall.mjs";
import { busyShop, emptyTablets, tour } from "./tour.mjs";

const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

async function faults(tablet, where) {
  const { violations } = await new AxeBuilder({ page: tablet.page }).withTags(RULES).analyze();
  return violations.map(({ id, nodes }) =>
    `${where}: ${id}: ${nodes.map((node) => `${node.target} ${node.html.slice(0, 120)}`).join(" | ")}`);
}

/** Sentences in English on a page in Chinese, and signs of Chinese in the app's own words on a page in English. */
async function foreign(tablet, where) {
  const text = await tablet.page.evaluate(() => document.body.innerText.replaceAll(/https?:\S+/g, ""));
  const english = tablet.lang === "zh" ? (text.match(/[a-z]{3,} [a-z]{3,} [a-z]{2,}/gi) ?? []) : [];
  const typed = ["buyer changed her mind", "wrap it as a gift"];
  return english.filter((words) => !typed.some((mine) => mine.includes(words))).map((words) => `${where}: ${words}`);
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

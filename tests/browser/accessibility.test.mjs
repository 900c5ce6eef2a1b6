// axe finds nothing on any page, in both languages, and no text is missing.
import assert from "node:assert/strict";
import { test } from "node:test";
import { AxeBuilder } from "@axe-core/playwright";
import { openServer, switchOn } from "./stall.mjs";

async function clean(tablet, where) {
  const { violations } = await new AxeBuilder({ page: tablet.page }).withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]).analyze();
  const told = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 160)).join(" | ")}`);
  assert.deepEqual(told, [], `${tablet.lang} ${tablet.theme} ${where}`);
}

test("axe finds nothing on any page, in both languages and three themes", async (t) => {
  const server = await openServer(t);
  const tablet = await switchOn(t, server);
  await clean(tablet, "first start");
  await tablet.startShop();
  await tablet.takeOrder();
  const order = new URL(tablet.page.url()).pathname;
  for (const theme of ["Light", "Dark", "Daylight"]) {
    tablet.lang = "en";
    tablet.theme = theme;
    await tablet.go("/settings");
    await tablet.page.getByRole("combobox", { name: "Theme" }).selectOption({ label: theme });
    for (const lang of ["en", "zh"]) {
      tablet.lang = lang;
      for (const where of ["/orders", "/orders/new", order, "/conflicts", "/settings"]) {
        await tablet.go(where);
        await tablet.page.getByRole("heading").first().waitFor();
        await clean(tablet, where);
      }
    }
  }
});

test("no page in Chinese shows a sentence in English", async (t) => {
  const server = await openServer(t);
  const tablet = await switchOn(t, server);
  await tablet.startShop("山间茶果");
  await tablet.takeOrder({ items: [{ item: "龙井", quantity: "2", price: "128" }] });
  const order = new URL(tablet.page.url()).pathname;
  tablet.lang = "zh";
  for (const where of ["/orders", "/orders/new", order, "/conflicts", "/settings"]) {
    await tablet.go(where);
    await tablet.page.getByRole("heading").first().waitFor();
    const text = await tablet.page.evaluate(() => document.body.innerText.replaceAll(/https?:\S+|English/g, ""));
    assert.doesNotMatch(text, /[a-z]{3,} [a-z]{3,}/i, where);
  }
});

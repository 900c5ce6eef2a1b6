// What axe finds wrong with a page.
import { AxeBuilder } from "@axe-core/playwright";

const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** A line for each fault of the page that the tablet shows; `where` is how the page is called. */
export async function faults(tablet, where) {
  // A dialog that is still fading in has no colours of its own yet. What waits moves for ever, and one may be cut short.
  await tablet.page.evaluate(() => {
    const ends = document.getAnimations().filter(({ effect }) => effect.getComputedTiming().endTime !== Infinity);
    return Promise.allSettled(ends.map((animation) => animation.finished));
  });
  const { violations } = await new AxeBuilder({ page: tablet.page }).withTags(RULES).analyze();
  const small = violations.find(({ id }) => id === "target-size");
  if (small) small.nodes = await stillSmall(tablet.page, small.nodes);
  return violations.filter(({ nodes }) => nodes.length > 0).map(({ id, nodes }) =>
    `${where}: ${id}: ${nodes.map((node) => `${node.target} ${node.html.slice(0, 120)}`).join(" | ")}`);
}

/** Of targets that are too small those that still are when nothing cuts them: the edge of what scrolls may. */
async function stillSmall(page, nodes) {
  const still = [];
  for (const node of nodes) {
    const [target] = node.target;
    await page.locator(target).first().evaluate((element) => element.scrollIntoView({ block: "center" }));
    const { violations } = await new AxeBuilder({ page }).include(target).withRules(["target-size"]).analyze();
    if (violations.length > 0) still.push(node);
  }
  return still;
}

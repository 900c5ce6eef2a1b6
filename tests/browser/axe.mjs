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
  return violations.map(({ id, nodes }) =>
    `${where}: ${id}: ${nodes.map((node) => `${node.target} ${node.html.slice(0, 120)}`).join(" | ")}`);
}

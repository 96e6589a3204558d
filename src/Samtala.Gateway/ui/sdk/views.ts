import { html, nothing, type TemplateResult } from "lit";
import { common } from "./common-words.ts";
import { notify } from "./element.ts";
import { shortKey } from "./format.ts";
import { icon, type IconName } from "./icons.ts";
import type { Loader } from "./loader.ts";
import type { Problem } from "./problem.ts";

/** A colour with a meaning. */
export type Tone = "plain" | "positive" | "warning" | "danger" | "accent";

/** A word with a dot, for a state. */
export function badge(text: string, tone: Tone = "plain"): TemplateResult {
  return html`<span class="badge ${tone}">${text}</span>`;
}

/** What happened, why, what to do, and a way to try again. */
export function problemView(problem: Problem, retry?: () => void): TemplateResult {
  const offline = problem.offline;
  const what = offline ? common("offline") : problem.message || common("failed", { status: problem.status });
  const why = offline ? common("offlineWhy") : problem.why;
  const remedy = offline ? common("offlineRemedy") : problem.remedy;
  return html`
    <div class="problem" role="alert">
      ${icon(offline ? "offline" : "warning")}
      <div class="stack tight grow">
        <strong>${what}</strong>
        ${why ? html`<span>${why}</span>` : nothing}
        ${remedy ? html`<span>${remedy}</span>` : nothing}
        ${problem.code ? html`<span class="soft">${common("code")} <code>${problem.code}</code></span>` : nothing}
      </div>
      ${retry ? html`<button class="button" @click=${retry}>${common("retry")}</button>` : nothing}
    </div>`;
}

/** What this is, and one button to begin. */
export function emptyView(
  name: IconName, title: string, text: string, action?: { label: string; run: () => void }): TemplateResult {
  return html`
    <div class="empty">
      ${icon(name)}
      <strong>${title}</strong>
      <span class="soft">${text}</span>
      ${action ? html`<button class="button primary" @click=${action.run}>${action.label}</button>` : nothing}
    </div>`;
}

/** A problem in one line, for a notice. */
export function problemText(problem: Problem): string {
  if (problem.offline) return common("offline");
  const what = problem.message || common("failed", { status: problem.status });
  return [what, problem.why, problem.remedy].filter(part => part !== "").join(" ");
}

/** Grey lines where text will be. */
export function skeleton(lines = 3): TemplateResult {
  return html`
    <div class="skeleton" role="status" aria-label=${common("loading")}>
      ${Array.from({ length: lines }, () => html`<span></span>`)}
    </div>`;
}

/** Shows what a loader has: a skeleton, a problem, the value, or the value under a problem. */
export function loaded<T>(
  loader: Loader<T>, show: (value: T) => unknown, lines = 3): unknown {
  const { value, problem } = loader;
  if (value === undefined) {
    if (problem) return problemView(problem, () => void loader.reload());
    return loader.slow ? skeleton(lines) : nothing;
  }
  // That the node cannot be reached is told by the shell, once.
  const told = problem && !problem.offline ? problemView(problem, () => void loader.reload()) : nothing;
  return html`${told}${show(value)}`;
}

/** A key in short form, with a button that copies all of it. */
export function keyView(key: string): TemplateResult {
  return html`<span class="key"><code title=${key}>${shortKey(key)}</code>${copyButton(key)}</span>`;
}

/** A button that copies `text`. */
export function copyButton(text: string): TemplateResult {
  const copy = async (event: Event): Promise<void> => {
    const target = event.currentTarget as HTMLElement;
    try {
      await navigator.clipboard.writeText(text);
      notify(target, { text: common("copied") });
    } catch {
      // Browsers forbid it on plain http from another machine, and when the owner says so.
      notify(target, { text: common("notCopied"), tone: "danger" });
    }
  };
  return html`
    <button class="button icon small" title=${common("copy")} aria-label=${common("copy")} @click=${copy}>
      ${icon("copy")}
    </button>`;
}

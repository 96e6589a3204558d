import { html, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { keyView, SamtalaElement } from "../../sdk/index.ts";
import { say } from "./catalogue.ts";
import { logStyles } from "./marks.ts";
import { isOwn, type Log } from "./log.ts";

/** What does not change about a log. */
@customElement("samtala-shell-log-about")
export class LogAbout extends SamtalaElement {
  static override styles = [SamtalaElement.styles, logStyles];

  @property({ attribute: false }) log!: Log;

  override render(): TemplateResult {
    const log = this.log;
    return html`
      <section class="card" aria-labelledby="about">
        <h2 id="about">${say("about")}</h2>
        <dl class="facts">
          <dt>${say("writes")}</dt><dd>${isOwn(log) ? say("thisNode") : say("anotherNode")}</dd>
          <dt>${say("contents")}</dt><dd>${log.encrypted ? say("contentsEncrypted") : say("contentsPlain")}</dd>
          <dt>${say("announced")}</dt><dd>${keyView(log.discoveryKey ?? "")}</dd>
        </dl>
      </section>`;
  }
}

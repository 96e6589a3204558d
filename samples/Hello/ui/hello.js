// The dashboard's page: one custom element named after the plugin. `api` is its only door to the network.
class HelloPage extends HTMLElement {
  #api;

  set api(value) {
    this.#api = value;
    if (this.isConnected) this.#show();
  }

  connectedCallback() {
    if (this.#api) this.#show();
  }

  async #show() {
    const title = document.createElement("h1");
    title.textContent = "Hello";
    const list = document.createElement("ul");
    const answer = await this.#api.get("/v1/hello/people");
    for (const greeting of answer.greetings ?? []) {
      const item = document.createElement("li");
      item.textContent = `${greeting.person}: ${greeting.count}`;
      list.append(item);
    }
    this.replaceChildren(title, list);
  }
}

customElements.define("samtala-hello", HelloPage);

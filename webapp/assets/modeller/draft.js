// The draft on the server: saved a moment after each stroke. What could not be sent waits in this browser.
const PAUSE = 600; // milliseconds after a stroke

export class Draft {
  /**
   * @param {{ begin: string, spare: string, id?: number, number?: number, name?: string }} known
   * @param {(url: string, body: object) => Promise<any>} ask sends JSON
   * @param {() => Promise<string>} drawing gives the diagram
   * @param {(text: string, bad?: boolean) => void} told is called with what came of a save
   */
  constructor(known, ask, drawing, told) {
    Object.assign(this, known);
    this.ask = ask;
    this.drawing = drawing;
    this.told = told;
    this.dirty = false;
    this.sending = Promise.resolve();
  }

  get address() {
    return `/api/drafts/${this.id}`;
  }

  /** A stroke was drawn: keep it in this browser at once, and on the server in a moment. */
  async changed(body) {
    this.dirty = true;
    this.body = body;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.flush(), PAUSE);
    localStorage.setItem(this.spare, await this.drawing());
  }

  /** Send what has not been sent. */
  flush() {
    clearTimeout(this.timer);
    this.sending = this.sending.then(() => this.send());
    return this.sending;
  }

  async send() {
    if (!this.dirty) {
      return;
    }
    this.dirty = false;
    const xml = await this.drawing();
    const answer = await (this.id ? this.ask(this.address, { xml, number: this.number }) : this.ask(this.begin, { xml, ...this.body }));
    if (!answer.id) {
      this.dirty = true;
      this.told(answer.message, true);
      return;
    }
    localStorage.removeItem(this.spare);
    const { id, number, name } = answer;
    Object.assign(this, { id, number, name });
    window.history.replaceState(null, '', `/drafts/${id}/edit`);
    const time = new Date().toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });
    this.told(answer.beside
      ? `${answer.beside} has saved this draft meanwhile. What you draw is kept beside it, as “${name}”.`
      : `Saved as “${name}” at ${time}.`, Boolean(answer.beside));
  }

  /** The draft is none any more: what is drawn from now on begins another. */
  forget() {
    clearTimeout(this.timer);
    localStorage.removeItem(this.spare);
    Object.assign(this, { id: undefined, number: undefined, name: undefined, dirty: false });
  }
}

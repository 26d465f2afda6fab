// What was answered, kept in the browser under the id of the sheet, and the file that is handed back.
class Answers {
  constructor(sheet) {
    this.sheet = sheet;
    this.key = `rs-gpt4v-review-${sheet.id}`;
    this.kept = true;
    this.clear();
    try {
      const text = localStorage.getItem(this.key);
      if (text) Object.assign(this, JSON.parse(text));
    } catch { this.kept = false; }
  }

  clear() { this.reviewer = ""; this.at = 0; this.entries = {}; this.history = []; }

  save() {
    const { reviewer, at, entries, history } = this;
    try {
      localStorage.setItem(this.key, JSON.stringify({ reviewer, at, entries, history: history.slice(-500) }));
      this.kept = true;
    } catch { this.kept = false; }
  }

  of(id) { return this.entries[id] ??= { answer: null, kind: null, comment: "", seconds: 0 }; }

  answer(id, said) {
    const entry = this.of(id);
    if (entry.answer === said) return;
    this.history.push({ id, answer: entry.answer, kind: entry.kind });
    entry.answer = said;
    entry.kind = null;
    this.save();
  }

  undo() {
    const last = this.history.pop();
    if (!last) return null;
    Object.assign(this.of(last.id), { answer: last.answer, kind: last.kind });
    this.save();
    return last.id;
  }

  count(said) { return this.sheet.samples.filter(({ id }) => this.entries[id]?.answer === said).length; }

  get answered() { return this.sheet.samples.filter(({ id }) => this.entries[id]?.answer).length; }

  lines() {
    const { id: sheet, version, manifest_sha256 } = this.sheet;
    return this.sheet.samples
      .filter(({ id }) => this.entries[id]?.answer)
      .map(({ id: sample, stratum }) => {
        const { answer, kind, comment, seconds } = this.entries[sample];
        return JSON.stringify({
          sheet, version, manifest_sha256, reviewer: this.reviewer, sample, stratum, answer, kind,
          comment, seconds: Math.round(10 * seconds) / 10,
        });
      });
  }
}

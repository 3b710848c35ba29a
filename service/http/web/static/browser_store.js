// One store of a database of this browser's own (IndexedDB), opened when it is first wanted.
export class BrowserStore {
  #opened = null;

  constructor(database, name, keyPath) {
    Object.assign(this, { database, name, keyPath });
  }

  // Runs one step in a transaction; resolves to what it asked for when all is written.
  async transact(mode, step) {
    this.#opened ??= this.#open();
    const transaction = (await this.#opened).transaction(this.name, mode);
    return new Promise((resolve, reject) => {
      const request = step(transaction.objectStore(this.name));
      transaction.oncomplete = () => resolve(request?.result);
      transaction.onabort = () => reject(transaction.error);
    });
  }

  #open() {
    return new Promise((resolve, reject) => {
      const request = indexedDB.open(this.database, 1);
      request.onupgradeneeded = () => request.result.createObjectStore(this.name, { keyPath: this.keyPath });
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  }
}

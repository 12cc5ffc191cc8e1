// What a phone keeps of records: drafts with their photos and signatures until they were sent, and the people taken
// along. In IndexedDB of this browser, not encrypted: so each has an end, a log-out takes all, and nobody else's shows.
window.zhifangKept = (() => {
  const NAME = "zhifang-records";
  const HOUR = 3600 * 1000;
  const DRAFT_MS = 7 * 24 * HOUR;
  const READY_MS = 30 * 24 * HOUR; // its photos wait that long at the service, too
  const TAKEN_MS = 24 * HOUR;
  let opened;

  const open = () => {
    opened ??= new Promise((resolve, reject) => {
      const asked = indexedDB.open(NAME, 1);
      asked.onupgradeneeded = () => {
        asked.result.createObjectStore("drafts", { keyPath: "id" });
        asked.result.createObjectStore("people", { keyPath: "id" });
        asked.result.createObjectStore("who", { keyPath: "id" });
      };
      asked.onsuccess = () => {
        asked.result.onversionchange = () => asked.result.close(); // a log-out in another tab deletes it
        resolve(asked.result);
      };
      asked.onerror = () => reject(asked.error);
    });
    return opened;
  };
  const ask = async (store, mode, work) => {
    const database = await open();
    return new Promise((resolve, reject) => {
      const transaction = database.transaction(store, mode);
      const asked = work(transaction.objectStore(store));
      transaction.oncomplete = () => resolve(asked.result);
      transaction.onerror = () => reject(transaction.error);
      transaction.onabort = () => reject(transaction.error);
    });
  };
  const all = (store) => ask(store, "readonly", (found) => found.getAll());
  const put = (store, value) => ask(store, "readwrite", (found) => found.put(value));
  const drop = (store, id) => ask(store, "readwrite", (found) => found.delete(id));
  const old = (at, span) => Date.now() - at > span;

  // Whoever logged in last on this phone: without a network nobody else's things are shown.
  const who = async () => (await all("who"))[0]?.user ?? null;
  const here = async (user) => {
    if ((await who()) === user) return;
    for (const one of await all("people")) await drop("people", one.id);
    await put("who", { id: "last", user });
  };
  const tidy = async () => {
    for (const one of await all("drafts")) if (old(one.changed, one.ready ? READY_MS : DRAFT_MS)) await drop("drafts", one.id);
    for (const one of await all("people")) if (old(one.taken, TAKEN_MS)) await drop("people", one.id);
  };
  const own = async (store) => {
    const user = await who();
    return (await all(store)).filter((one) => one.user === user);
  };

  return {
    who,
    here,
    tidy,
    drafts: async () => (await own("drafts")).sort((one, other) => one.changed - other.changed),
    draft: (id) => ask("drafts", "readonly", (found) => found.get(id)),
    keep: (draft) => put("drafts", draft),
    drop: (id) => drop("drafts", id),
    people: () => own("people"),
    take: (person) => put("people", person),
    leave: async () => {
      for (const one of await all("people")) await drop("people", one.id);
    },
  };
})();

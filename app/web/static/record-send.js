// Sends drafts that are ready: photos and signatures first, each under an id of its own, then the record. Whatever was
// sent twice is kept once, because every id was made on this phone. A draft goes only when the record is on disk.
window.zhifangSend = (() => {
  const kept = window.zhifangKept;
  const AGAIN_MS = 20_000;
  const busy = new Set();

  // Who is logged in, and the token of the forms; null without a network, "" without a log-in.
  const session = async () => {
    try {
      const answer = await fetch("/field/who", { headers: { Accept: "application/json" }, redirect: "manual", cache: "no-store" });
      if (answer.type === "opaqueredirect" || answer.status === 401) return "";
      return answer.ok ? await answer.json() : null;
    } catch {
      return null;
    }
  };
  const post = async (address, fields) => {
    const body = new FormData();
    for (const [name, value] of fields) body.append(name, value);
    const answer = await fetch(address, { method: "POST", body, headers: { Accept: "application/json" }, redirect: "manual" });
    if (answer.type === "opaqueredirect") return { state: "login" };
    if (answer.status >= 500 || answer.status === 429) return { state: "waiting" };
    const told = await answer.json().catch(() => ({}));
    return answer.ok ? { state: "sent", ...told } : { state: "refused", ...told };
  };
  const files = async (draft, token) => {
    for (const file of draft.files.filter((one) => !one.sent)) {
      const fields = [["csrf_token", token], ["id", file.id], ["record_id", draft.id], ["purpose", file.purpose], ["file", file.blob]];
      const told = await post(`/subjects/${draft.subject}/record/files`, fields);
      if (told.state !== "sent") return told;
      file.sent = true;
      await kept.keep(draft);
    }
    return { state: "sent" };
  };
  const one = async (draft, known) => {
    const first = await files(draft, known.csrf);
    if (first.state !== "sent") return first;
    const fields = [...draft.fields, ["csrf_token", known.csrf], ["sent_at", new Date().toISOString()]];
    if (draft.offline) fields.push(["drafted_offline", "1"]);
    return post(`/subjects/${draft.subject}/record`, fields);
  };

  // The state in which the draft is left: sent (and dropped), waiting, login, other, refused (with the fault).
  const send = async (id) => {
    if (busy.has(id)) return { state: "sending" };
    busy.add(id);
    try {
      const draft = await kept.draft(id);
      if (!draft) return { state: "sent" };
      const known = await session();
      if (known === "") return { state: "login" };
      if (known === null) {
        if (!draft.offline) await kept.keep({ ...draft, offline: true });
        return { state: "waiting" };
      }
      await kept.here(known.user);
      if (known.user !== draft.user) return { state: "other" };
      const told = await one(draft, known).catch(() => ({ state: "waiting" }));
      if (told.state === "sent") await kept.drop(id);
      if (told.state === "refused") await kept.keep({ ...draft, ready: null, fault: told.fault });
      return told;
    } finally {
      busy.delete(id);
    }
  };
  const sendAll = async (told) => {
    for (const draft of await kept.drafts()) if (draft.ready) told?.(draft, await send(draft.id));
  };
  let listener;
  const start = (told) => {
    listener = told;
    const again = () => sendAll(listener).catch(() => {});
    window.addEventListener("online", again);
    setInterval(again, AGAIN_MS);
    return again();
  };
  return { session, send, sendAll, start };
})();

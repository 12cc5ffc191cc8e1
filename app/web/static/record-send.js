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
  // A signature belongs to a record that says that it was signed on the screen, and to no other.
  const drawn = (draft, file) => draft.fields.some(([name, value]) => name === file.purpose.replace("signature", "signed") && value === "on_screen");
  const belonging = (draft) => draft.files.filter((file) => file.purpose === "photo" || drawn(draft, file));
  const save = (draft) => kept.keep(draft).catch(() => {}); // a full phone hinders nobody from sending
  const files = async (draft, token) => {
    for (const file of belonging(draft).filter((one) => !one.sent)) {
      const fields = [["csrf_token", token], ["id", file.id], ["record_id", draft.id], ["purpose", file.purpose], ["file", file.blob]];
      const told = await post(`/subjects/${draft.subject}/record/files`, fields);
      if (told.code === "id_reused") return { state: "waiting" }; // another tab sends the same one at this moment
      if (told.state === "refused" && file.name) return { ...told, fault: `${file.name}:${told.fault ?? ""}` };
      if (told.state !== "sent") return told;
      file.sent = true;
      await save(draft);
    }
    return { state: "sent" };
  };
  const one = async (draft, known) => {
    const first = await files(draft, known.csrf);
    if (first.state !== "sent") return first;
    const fields = [...draft.fields, ["csrf_token", known.csrf], ["sent_at", new Date().toISOString()]];
    fields.push(["files", belonging(draft).map((file) => file.id).join(" ")]); // what was taken out since goes there, too
    if (draft.offline) fields.push(["drafted_offline", "1"]);
    return post(`/subjects/${draft.subject}/record`, fields);
  };

  // The state in which the draft is left: sent (and dropped), gone, waiting, login, other, refused (with the fault). The
  // draft of an open form is given itself, so that there is one of it.
  const send = async (id, given) => {
    if (busy.has(id)) return { state: "sending" };
    busy.add(id);
    try {
      const draft = given ?? (await kept.draft(id));
      if (!draft) return { state: "gone" };
      const known = await session();
      if (known === "") return { state: "login" };
      if (known === null) {
        draft.offline = true;
        await save(draft);
        return { state: "waiting" };
      }
      await kept.here(known.user).catch(() => {});
      if (known.user !== draft.user) return { state: "other" };
      const told = await one(draft, known);
      if (told.state === "sent") await kept.drop(id).catch(() => {});
      if (told.state === "refused") {
        Object.assign(draft, { ready: null, fault: told.fault, saved: told.code === "id_reused", changed: Date.now() });
        await save(draft);
      }
      return told;
    } catch {
      return { state: "waiting" };
    } finally {
      busy.delete(id);
    }
  };
  let listener;
  let current = () => null;
  const sendAll = async () => {
    for (const draft of await kept.drafts()) {
      const open = current();
      const mine = open?.id === draft.id ? open : undefined;
      if (!(mine ?? draft).ready) continue;
      listener?.(draft, { state: "sending" });
      listener?.(draft, await send(draft.id, mine));
    }
  };
  const start = (told, open) => {
    listener = told;
    current = open;
    const again = () => (navigator.onLine ? sendAll() : Promise.resolve()).catch(() => {});
    window.addEventListener("online", again);
    setInterval(again, AGAIN_MS);
    return again();
  };
  return { session, send, sendAll, start };
})();

// Keeps what is typed into a form (data-keep) until it was sent: a log-in that ended, a page that was left by mistake.
// In this tab only, for this user only, gone with the tab or the log-out.
document.addEventListener("DOMContentLoaded", () => {
  const user = document.body.dataset.user;
  const PREFIX = "draft:";
  const key = (action) => `${PREFIX}${user}:${action}`;
  const fields = (form) => [...form.querySelectorAll("textarea, select, input:not([type=hidden], [type=checkbox]), input[name=id]")];
  const drop = (which) => {
    for (const name of Object.keys(sessionStorage)) if (name.startsWith(which)) sessionStorage.removeItem(name);
  };

  const keep = (form) => {
    const typed = Object.fromEntries(fields(form).map((field) => [field.name, field.value]));
    sessionStorage.setItem(key(form.getAttribute("action")), JSON.stringify(typed));
  };
  const restore = (form) => {
    const kept = sessionStorage.getItem(key(form.getAttribute("action")));
    if (!kept) return;
    const typed = JSON.parse(kept);
    const changed = fields(form).filter((field) => field.name in typed && field.value !== typed[field.name]);
    for (const field of changed) field.value = typed[field.name];
    if (changed.some((field) => field.type !== "hidden" && field.type !== "datetime-local")) {
      form.querySelector(".restored").hidden = false;
      const folded = form.closest("details");
      if (folded) folded.open = true;
    }
  };
  const look = () => {
    for (const done of document.querySelectorAll("[data-clear]")) drop(key(done.dataset.clear));
    for (const form of document.querySelectorAll("form[data-keep]")) restore(form);
  };

  if (!user) return;
  document.addEventListener("input", (event) => {
    const form = event.target.closest("form[data-keep]");
    if (form) keep(form);
  });
  // Whoever leaves takes everything along that this phone keeps (record-keep.js): what was not sent is told before.
  const unsent = async () => {
    const known = (await indexedDB.databases?.()) ?? [];
    if (!known.some(({ name }) => name === "zhifang-records")) return 0;
    const done = (asked) => new Promise((resolve, reject) => Object.assign(asked, { onsuccess: () => resolve(asked.result), onerror: reject }));
    const opened = await done(indexedDB.open("zhifang-records"));
    const kept = await done(opened.transaction("drafts").objectStore("drafts").getAll());
    opened.close();
    return kept.length;
  };
  // The answer to the log-out clears everything, too; but browsers heed that over HTTPS alone.
  const forget = () =>
    new Promise((done) => {
      const asked = indexedDB.deleteDatabase("zhifang-records");
      Object.assign(asked, { onsuccess: done, onerror: done, onblocked: done });
    });
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.hasAttribute("data-leaves")) return;
    event.preventDefault();
    const waiting = await unsent().catch(() => 0);
    if (waiting && !window.confirm(form.dataset.leaves.replace("{n}", waiting))) return;
    drop(PREFIX);
    await forget();
    form.submit();
  });
  document.body.addEventListener("htmx:afterSettle", look);
  look();
});

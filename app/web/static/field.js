// The page that opens without a network: drafts that were not sent, and the people taken along. It holds nothing of
// anybody by itself; all that it shows comes from this phone (record-keep.js).
document.addEventListener("DOMContentLoaded", async () => {
  const kept = window.zhifangKept;
  const form = window.zhifangForm;
  const byId = (id) => document.getElementById(id);
  const list = byId("field-list");
  const opened = byId("field-form");
  const told = byId("taken-told");
  const { drafts, people } = { drafts: byId("drafts"), people: byId("people") };
  const moment = new Intl.DateTimeFormat("zh-CN", { month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit", hour12: false });

  const button = (words, label, work) => {
    const made = document.createElement("button");
    made.type = "button";
    made.textContent = words;
    made.setAttribute("aria-label", label);
    made.addEventListener("click", work);
    return made;
  };
  const line = (words, small, ...buttons) => {
    const made = document.createElement("li");
    made.className = "row";
    const name = document.createElement("strong");
    name.textContent = words;
    const more = document.createElement("p");
    more.className = "small muted";
    more.textContent = small;
    const actions = document.createElement("p");
    actions.className = "actions";
    actions.append(...buttons);
    made.append(name, more, actions);
    return made;
  };
  const none = (where) => {
    const made = document.createElement("li");
    made.className = "muted";
    made.textContent = where.dataset.none;
    return made;
  };

  // The items of one person as the form has them.
  const items = (found) => {
    byId("items").replaceChildren(
      ...found.map((item) => {
        const made = byId("item-of").content.cloneNode(true).firstElementChild;
        Object.assign(made.dataset, { item: item.code, kind: item.kind });
        Object.assign(made.querySelector("[name=items]"), { value: item.code });
        made.querySelector("legend span").textContent = item.title;
        made.querySelector("p").textContent = item.told;
        const [label, text] = [made.querySelector(".of-item label"), made.querySelector("textarea")];
        Object.assign(text, { name: `finding.${item.code}`, id: `finding-${item.code}` });
        label.htmlFor = text.id;
        label.textContent = `${item.title}:看到和了解到的(可不填)`;
        const group = made.querySelector("[role=group]");
        group.hidden = !item.evidence.length;
        group.setAttribute("aria-label", `${item.title}要求的依据`);
        for (const [word, words] of item.evidence) {
          const box = document.createElement("label");
          box.className = "inline";
          const input = Object.assign(document.createElement("input"), { type: "checkbox", name: `evidence.${item.code}`, value: word });
          box.append(input, ` ${words}`);
          group.append(box);
        }
        return made;
      }),
    );
  };
  const promises = (found) => {
    byId("promised").hidden = !found.length;
    byId("promised").replaceChildren(
      byId("promised").querySelector("legend"),
      ...found.map(([id, words]) => {
        const box = document.createElement("label");
        box.className = "inline";
        box.append(Object.assign(document.createElement("input"), { type: "checkbox", name: "settles", value: id }), ` ${words}`);
        return box;
      }),
    );
  };
  const write = (draft) => {
    byId("record").reset();
    items(draft.items);
    promises(draft.promised ?? []);
    byId("whom").textContent = `${draft.name} ${draft.no}`;
    list.hidden = true;
    opened.hidden = false;
    form.open(draft);
    if (!draft.fields.length) document.querySelector("[name=happened_at]").value = form.local(new Date());
    byId("whom").focus();
  };
  const begin = async (person) => {
    const about = { subject: person.id, name: person.name, no: person.no, items: person.items, promised: person.promised };
    write(form.begun(crypto.randomUUID(), about, person.user));
  };
  const back = async () => {
    await form.close();
    opened.hidden = true;
    list.hidden = false;
    await show();
  };

  const show = async () => {
    await kept.tidy();
    const [written, taken] = [await kept.drafts(), await kept.people()];
    drafts.replaceChildren(
      ...written.map((draft) => {
        const state = draft.fault ?? (draft.ready ? "等待发送" : "草稿");
        const open = button(drafts.dataset.open, `${drafts.dataset.open} ${draft.name}`, () => write(draft));
        const drop = button(drafts.dataset.drop, `${drafts.dataset.drop} ${draft.name}`, async () => {
          if (!window.confirm(drafts.dataset.sure)) return;
          await kept.drop(draft.id);
          await show();
        });
        return line(`${draft.name} ${draft.no}`, `${state},最后修改 ${moment.format(draft.changed)}`, open, drop);
      }),
    );
    if (!written.length) drafts.append(none(drafts));
    byId("send-all").hidden = !written.some((draft) => draft.ready);
    people.replaceChildren(
      ...taken.map((person) => {
        const due = person.items.filter((item) => item.due).map((item) => `${item.title} ${item.due}`);
        return line(`${person.name} ${person.no}`, due.join(",") || "没有到期的任务", button(people.dataset.open, `${people.dataset.open} ${person.name}`, () => begin(person)));
      }),
    );
    if (!taken.length) people.append(none(people));
    byId("leave").hidden = !taken.length;
  };
  const take = async () => {
    const known = await window.zhifangSend.session();
    if (!known) {
      told.textContent = known === null ? told.dataset.offline : told.dataset.login;
      return;
    }
    await kept.here(known.user);
    const answer = await fetch("/field/people", { headers: { Accept: "application/json" }, cache: "no-store" });
    if (!answer.ok) {
      told.textContent = told.dataset.failed;
      return;
    }
    const found = (await answer.json()).people;
    await kept.leave();
    for (const person of found) await kept.take({ ...person, user: known.user, taken: Date.now() });
    told.textContent = told.dataset.taken.replace("{n}", found.length).replace("{time}", moment.format(Date.now()));
    await show();
  };

  byId("take").addEventListener("click", take);
  byId("leave").addEventListener("click", async () => {
    await kept.leave();
    told.textContent = "";
    await show();
  });
  byId("back").addEventListener("click", back);
  byId("send-all").addEventListener("click", async () => {
    await window.zhifangSend.sendAll();
    await show();
  });
  navigator.serviceWorker?.register("/field/worker.js", { scope: "/field/" }).catch(() => {});
  const known = await window.zhifangSend.session();
  if (known) await kept.here(known.user);
  else told.textContent = known === null ? told.dataset.offline : told.dataset.login;
  await show();
  await window.zhifangSend.start((draft, state) => {
    if (form.current()?.id === draft.id) form.after(state);
    else if (state.state !== "sending") show();
  }, form.current);
});

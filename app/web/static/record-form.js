// The form of a record at the place: stamps times, asks where it is, takes photos and signatures, keeps a draft on the
// phone with every change, and sends it. Without scripts the form itself is sent.
window.zhifangForm = (() => {
  const kept = window.zhifangKept;
  const form = document.getElementById("record");
  if (!form) return null;
  const told = document.getElementById("draft-told");
  const place = document.getElementById("place");
  const field = (name) => form.elements[name];
  const SHANGHAI_MS = 8 * 3600 * 1000;
  const KEEP_MS = 300;
  const PLACE = { enableHighAccuracy: true, timeout: 20_000, maximumAge: 0 };
  let draft = null;
  let timer;
  let touched = false; // whoever only looked at the form has written nothing
  let leaving = false;
  let insists = false; // what is told stays until something is done about it

  const say = (what, fill = {}) => {
    const words = told.dataset[what] ?? what;
    told.className = "told";
    told.textContent = Object.entries(fill).reduce((text, [name, value]) => text.replace(`{${name}}`, value), words);
    told.hidden = !told.textContent;
    insists = false;
  };
  const insist = (what) => {
    say(what);
    told.className = "fault";
    insists = true;
    told.scrollIntoView({ block: "center" });
  };
  const local = (at) => new Date(at.getTime() + SHANGHAI_MS).toISOString().slice(0, 16); // wherever the phone thinks it is
  const clock = () => new Intl.DateTimeFormat("zh-CN", { hour: "2-digit", minute: "2-digit", hour12: false }).format(new Date());
  const fresh = () => crypto.randomUUID();

  // --- what belongs together
  const fit = () => {
    const chosen = form.querySelector("[name=kind]:checked");
    const covers = (chosen?.dataset.covers ?? "").split(" ");
    for (const item of form.querySelectorAll(".item")) {
      const fits = !chosen || covers.includes(item.dataset.kind);
      item.hidden = !fits;
      if (!fits) item.querySelector("[name=items]").checked = false;
      item.querySelector(".of-item").hidden = !item.querySelector("[name=items]").checked;
    }
    for (const pad of form.querySelectorAll(".pad")) {
      pad.hidden = form.querySelector(`[name=signed_${pad.dataset.who}]:checked`)?.value !== "on_screen";
    }
    form.querySelector(".why-not").hidden = form.querySelector("[name=signed_subject]:checked")?.value !== "refused";
  };

  // --- the draft
  const fields = () => [...new FormData(form)].filter(([name, value]) => name !== "csrf_token" && !(value instanceof Blob));
  const keep = async () => {
    clearTimeout(timer);
    if (!draft || !touched || leaving) return false;
    draft.fields = fields();
    draft.changed = Date.now();
    try {
      await kept.keep(draft);
      if (draft && !draft.ready && !insists) say("kept", { time: clock() });
      return true;
    } catch {
      if (!insists) say("unkept");
      return false;
    }
  };
  // Something was changed: what waited to be sent waits until it is saved again.
  const soon = () => {
    if (!draft) return;
    draft.ready = null;
    touched = true;
    clearTimeout(timer);
    timer = setTimeout(keep, KEEP_MS);
  };
  const fill = () => {
    for (const one of form.querySelectorAll("[type=checkbox], [type=radio]")) one.checked = false;
    for (const [name, value] of draft.fields) {
      for (const one of form.querySelectorAll(`[name="${CSS.escape(name)}"]`)) {
        if (one.type === "checkbox" || one.type === "radio") one.checked ||= one.value === value;
        else one.value = value;
      }
    }
    if (field("lon").value) found(Number(field("accuracy_m").value));
    for (const file of draft.files) if (file.purpose === "photo") shown(file);
    for (const file of draft.files) if (file.purpose !== "photo") redraw(file);
    fit();
  };

  // --- where
  const found = (accuracy) => {
    place.textContent = `已取得位置,误差约 ${Math.round(accuracy)} 米。`;
    document.getElementById("unlocate").hidden = false;
  };
  const nowhere = (why) => {
    for (const name of ["lon", "lat", "accuracy_m"]) field(name).value = "";
    place.textContent = place.dataset[why];
    document.getElementById("unlocate").hidden = true;
  };
  const unlocated = (why) => {
    nowhere(why);
    soon();
  };
  const locate = () => {
    if (!navigator.geolocation) return unlocated("failed");
    place.textContent = place.dataset.asking;
    const asking = draft;
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        if (draft !== asking) return; // another record is open by now
        field("lon").value = coords.longitude.toFixed(6);
        field("lat").value = coords.latitude.toFixed(6);
        field("accuracy_m").value = Math.round(coords.accuracy);
        found(coords.accuracy);
        soon();
      },
      (error) => draft === asking && unlocated(error.code === error.PERMISSION_DENIED ? "refused" : "failed"),
      PLACE,
    );
  };

  // --- photos
  const taken = document.getElementById("taken");
  const shown = (file) => {
    const line = document.createElement("li");
    line.className = "row actions";
    const canvas = document.createElement("canvas");
    canvas.className = "thumb";
    canvas.setAttribute("aria-hidden", "true");
    createImageBitmap(file.blob).then((picture) => {
      canvas.width = 96;
      canvas.height = Math.round((96 * picture.height) / picture.width);
      canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    });
    const words = document.createElement("span");
    words.textContent = `${file.name}(${Math.ceil(file.blob.size / 1024)} KB)`;
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = taken.dataset.drop;
    button.setAttribute("aria-label", `${taken.dataset.drop} ${file.name}`);
    button.addEventListener("click", () => {
      draft.files = draft.files.filter((one) => one.id !== file.id);
      line.remove();
      soon();
    });
    line.append(canvas, words, button);
    taken.append(line);
  };
  const add = async (files) => {
    const into = draft;
    for (const file of files) {
      try {
        const blob = await window.zhifangPhotos.smaller(file);
        if (draft !== into) return;
        const one = { id: fresh(), purpose: "photo", name: file.name, blob };
        draft.files.push(one);
        shown(one);
      } catch {
        insist("photo");
      }
    }
    soon();
  };

  // --- signatures
  const blank = (canvas) => {
    const pen = canvas.getContext("2d");
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.strokeStyle = "#111";
    pen.lineWidth = 4;
    pen.lineCap = "round";
    pen.lineJoin = "round";
  };
  const purpose = (pad) => `signature_${pad.dataset.who}`;
  const PRINTED = /^(kind|items|happened_at|place_name|met|note|lines|mood|risk|follow_up|follow_up_on|finding\..+)$/;
  // What is signed: whatever of it is changed afterwards was not.
  const text = () => JSON.stringify(fields().filter(([name, value]) => value && PRINTED.test(name)));
  const unsign = (pad) => {
    blank(pad.querySelector("canvas"));
    draft.files = draft.files.filter((one) => one.purpose !== purpose(pad));
    soon();
  };
  const sign = (pad) => {
    const signing = draft;
    pad.querySelector("canvas").toBlob((blob) => {
      signing.files = signing.files.filter((one) => one.purpose !== purpose(pad));
      signing.files.push({ id: fresh(), purpose: purpose(pad), name: "", blob, text: text() });
      if (draft === signing) soon();
    });
  };
  const redraw = (file) => {
    const pad = [...form.querySelectorAll(".pad")].find((one) => purpose(one) === file.purpose);
    createImageBitmap(file.blob).then((picture) => pad.querySelector("canvas").getContext("2d").drawImage(picture, 0, 0));
  };
  const writing = (pad) => {
    const canvas = pad.querySelector("canvas");
    const pen = canvas.getContext("2d");
    let down = false;
    const at = (event) => {
      const box = canvas.getBoundingClientRect();
      return [((event.clientX - box.left) * canvas.width) / box.width, ((event.clientY - box.top) * canvas.height) / box.height];
    };
    blank(canvas);
    canvas.addEventListener("pointerdown", (event) => {
      down = true;
      canvas.setPointerCapture(event.pointerId);
      pen.beginPath();
      pen.moveTo(...at(event));
    });
    canvas.addEventListener("pointermove", (event) => {
      if (!down) return;
      pen.lineTo(...at(event));
      pen.stroke();
    });
    for (const end of ["pointerup", "pointercancel"]) {
      canvas.addEventListener(end, () => {
        if (down) sign(pad);
        down = false;
      });
    }
    pad.querySelector(".wipe").addEventListener("click", () => unsign(pad));
  };
  const pads = () => [...form.querySelectorAll(".pad")].filter((pad) => !pad.hidden);
  const signature = (pad) => draft.files.find((one) => one.purpose === purpose(pad));
  const unsigned = () => pads().some((pad) => !signature(pad));
  const outdated = () => pads().filter((pad) => signature(pad) && signature(pad).text !== text());

  // --- sending
  const after = (state) => {
    form.inert = state.state === "sending"; // what is being sent is not changed meanwhile
    if (state.state === "sent") {
      leaving = true;
      window.location.assign(state.address);
    } else if (state.state === "refused") {
      refused();
    } else {
      say(state.state);
    }
  };
  const refused = () => {
    insist(draft.fault || "未能保存,请检查后再提交。");
    if (!draft.saved) return;
    const link = document.createElement("a");
    link.href = `/records/${draft.id}`;
    link.className = "tall";
    link.textContent = told.dataset.open;
    told.append(" ", link);
  };
  const submit = async (event) => {
    if (!draft) return; // nothing can be kept on this phone: the form goes as forms do
    event.preventDefault();
    const stale = outdated();
    for (const pad of stale) unsign(pad);
    if (stale.length) return insist("resign");
    if (unsigned()) return insist("unsigned");
    Object.assign(draft, { ready: Date.now(), fault: null, saved: false, offline: draft.offline || !navigator.onLine });
    touched = true;
    const stored = await keep();
    after({ state: "sending" });
    const state = await window.zhifangSend.send(draft.id, draft);
    after(stored || state.state !== "waiting" ? state : { state: "unkept" });
  };

  const open = (one) => {
    draft = one;
    touched = draft.fields.length > 0;
    field("id").value = draft.id;
    form.inert = false;
    taken.replaceChildren();
    field("started_at").value = ""; // a form that is reset keeps what is hidden in it
    nowhere("none");
    for (const pad of form.querySelectorAll(".pad")) blank(pad.querySelector("canvas"));
    if (draft.fields.length) fill();
    fit();
    if (draft.fault) refused();
    else if (draft.ready) say("waiting");
    else if (draft.fields.length) say("restored");
    else say("");
  };
  const begun = (id, about, user) => ({ id, user, ...about, fields: [], files: [], changed: Date.now(), ready: null, offline: !navigator.onLine });

  for (const one of document.querySelectorAll(".scripted")) one.hidden = false;
  for (const pad of form.querySelectorAll(".pad")) writing(pad);
  form.addEventListener("input", () => {
    fit();
    soon();
  });
  form.addEventListener("submit", submit);
  document.getElementById("photos").addEventListener("change", (event) => {
    add([...event.target.files]);
    event.target.value = "";
  });
  document.getElementById("locate").addEventListener("click", locate);
  document.getElementById("unlocate").addEventListener("click", () => unlocated("none"));
  document.getElementById("begin").addEventListener("click", () => {
    const now = new Date();
    field("started_at").value = now.toISOString();
    field("happened_at").value = local(now);
    locate();
    soon();
  });
  document.getElementById("end").addEventListener("click", () => {
    field("ended_at").value = local(new Date());
    soon();
  });
  for (const button of form.querySelectorAll("[data-mark]")) {
    button.addEventListener("click", () => {
      const lines = field("lines");
      lines.value = `${lines.value}${lines.value && !lines.value.endsWith("\n") ? "\n" : ""}${button.dataset.mark}`;
      lines.focus();
      soon();
    });
  }
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) keep();
  });
  fit();
  const close = async () => {
    await keep();
    draft = null;
  };
  return { open, begun, close, after, local, current: () => draft };
})();

// On the page of one person: the last draft about the person that was not sent goes on.
document.addEventListener("DOMContentLoaded", async () => {
  const { user } = document.body.dataset;
  const form = document.getElementById("record");
  if (!user || !form || form.dataset.later !== undefined || !window.zhifangForm) return;
  const kept = window.zhifangKept;
  const about = { subject: form.dataset.subject, name: form.dataset.name, no: form.dataset.no };
  try {
    await kept.here(user);
    await kept.tidy();
    const items = [...form.querySelectorAll(".item")].map((item) => ({
      code: item.dataset.item,
      kind: item.dataset.kind,
      title: item.querySelector("legend").textContent.trim(),
      told: item.querySelector("p").textContent.trim(),
      evidence: [...item.querySelectorAll(".of-item input")].map((one) => [one.value, one.parentElement.textContent.trim()]),
    }));
    const promised = [...form.querySelectorAll("[name=settles]")].map((one) => [one.value, one.parentElement.textContent.trim()]);
    const waiting = (await kept.drafts()).filter((one) => one.subject === about.subject);
    const typed = form.dataset.typed !== undefined;
    window.zhifangForm.open((!typed && waiting.at(-1)) || window.zhifangForm.begun(form.dataset.record, { ...about, items, promised }, user));
    await window.zhifangSend.start((draft, state) => {
      if (draft.id === window.zhifangForm.current().id) window.zhifangForm.after(state);
    }, window.zhifangForm.current);
  } catch {
    document.getElementById("draft-told").textContent = document.getElementById("draft-told").dataset.unkept;
    document.getElementById("draft-told").hidden = false;
  }
  navigator.serviceWorker?.register("/field/worker.js", { scope: "/field/" }).catch(() => {});
});

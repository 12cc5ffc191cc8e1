// The map of one person: fixes with their circles, lines only where the next fix came in time, a slider over the time,
// and the same as lines of text. What is doubted is drawn hollow and can be hidden; nothing is left out of the text.
document.addEventListener("DOMContentLoaded", async () => {
  const host = document.getElementById("track-map");
  const maps = window.zhifangMaps;
  const MOST_LISTED = 500;
  const MOST_PAGES = 10;
  if (!host) return;
  const map = await maps.open(host, { words: host.dataset.track ? host.dataset.text : null });
  if (!map) return;
  const zones = JSON.parse(host.dataset.zones);
  const home = JSON.parse(host.dataset.home);
  maps.setData(map, "zones", zones);
  zones.forEach((zone) => maps.label(map, zone.properties.name, maps.boundsOf([zone]).getCenter(), zone.properties.kind));
  if (home) maps.label(map, "住址", home, "home");
  const areas = await maps.outlines(map, host).catch(() => []);
  if (!host.dataset.track) {
    maps.wholeIs(map, () => (zones.length ? zones : areas));
    maps.fit(map, zones.length ? zones : areas);
    host.dataset.ready = "0";
    return;
  }

  const byId = (id) => document.getElementById(id);
  const nothing = byId("nothing");
  const track = { points: [], gaps: [], parts: [] };
  try {
    let url = host.dataset.track;
    for (let page = 0; url && page < MOST_PAGES; page += 1) {
      const answer = await maps.fetched(url);
      track.points.push(...answer.points);
      track.gaps.push(...answer.gaps);
      track.parts.push(...answer.parts);
      Object.assign(track, { from: track.from || answer.from, to: answer.to, unbroken: answer.unbroken_s, more: answer.next });
      url = answer.next;
    }
  } catch {
    nothing.textContent = nothing.dataset.broken;
    return;
  }
  if (!track.points.length) {
    nothing.textContent = nothing.dataset.empty;
    maps.fit(map, zones.length ? zones : areas);
  } else {
    nothing.hidden = true;
  }

  const doubtful = (one) => one.marks.length > 0;
  const feature = (one, n) =>
    maps.point(one.at, { n, power: one.power || "", doubtful: doubtful(one), r0: maps.atZoom0(one.accuracy_m, one.at[1]) });
  const features = track.points.map(feature);
  const runs = (points) => {
    const found = [];
    points.forEach((one, n) => {
      const before = points[n - 1];
      if (!before || one.t - before.t > track.unbroken || one.power !== before.power) found.push([]);
      found[found.length - 1].push(one);
    });
    return found;
  };

  const hue = ["match", ["get", "power"], "order", maps.colour("link"), maps.colour("well")];
  for (const name of ["ways", "fixes", "now"]) map.addSource(name, { type: "geojson", data: maps.EMPTY });
  map.addLayer({ id: "ways", type: "line", source: "ways", layout: { "line-join": "round" }, paint: { "line-color": hue, "line-width": 3 } });
  map.addLayer({ id: "circles", type: "circle", source: "fixes", layout: { visibility: "none" }, paint: { "circle-radius": maps.GROWING, "circle-color": hue, "circle-opacity": 0.06 } });
  const dot = ["case", ["get", "doubtful"], maps.colour("paper"), hue];
  map.addLayer({ id: "fixes", type: "circle", source: "fixes", paint: { "circle-radius": 4.5, "circle-color": dot, "circle-stroke-width": 2, "circle-stroke-color": ["case", ["get", "doubtful"], maps.colour("soon"), maps.colour("paper")] } });
  map.addLayer({ id: "now-circle", type: "circle", source: "now", paint: { "circle-radius": maps.GROWING, "circle-color": maps.colour("soon"), "circle-opacity": 0.2, "circle-stroke-width": 2, "circle-stroke-color": maps.colour("soon") } });
  map.addLayer({ id: "now", type: "circle", source: "now", paint: { "circle-radius": 8, "circle-color": maps.colour("soon"), "circle-stroke-width": 3, "circle-stroke-color": maps.colour("paper") } });

  const shown = () => (byId("marks").checked ? track.points : track.points.filter((one) => !doubtful(one)));
  const draw = () => {
    const kept = shown();
    maps.setData(map, "fixes", features.filter((one, n) => byId("marks").checked || !doubtful(track.points[n])));
    maps.setData(
      map,
      "ways",
      runs(kept)
        .filter((run) => run.length > 1)
        .map((run) => ({ type: "Feature", properties: { power: run[0].power || "" }, geometry: { type: "LineString", coordinates: run.map((one) => one.at) } })),
    );
    map.setLayoutProperty("circles", "visibility", byId("circles").checked ? "visible" : "none");
  };

  const clock = (seconds) =>
    new Intl.DateTimeFormat("zh-CN", { timeZone: "Asia/Shanghai", month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(seconds * 1000);
  const fixWords = (one) =>
    [`${one.when} 的位置`, one.county ? `在${one.county}` : "", `误差约 ${Math.round(one.accuracy_m)} 米`, one.words, one.proven ? "" : "时间无法核对", one.marked].filter(Boolean).join(",");
  const gapAt = (t) => track.gaps.find((gap) => gap.from <= t && t < gap.to);
  const lastUntil = (points, t) => {
    let [low, high] = [0, points.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (points[middle].t <= t) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  };
  const slider = byId("when");
  const told = byId("told");
  const tell = () => {
    const t = Number(slider.value);
    const points = shown();
    const n = lastUntil(points, t + 59);
    const one = points[n];
    const lost = !one || t - one.t > track.unbroken;
    const gap = gapAt(t);
    let words = one && !lost ? `${clock(t)}:${fixWords(one)}` : `${clock(t)}:没有位置`;
    if (lost && gap) words += `,应当有而没有收到(${gap.when})${gap.why ? `。${gap.why}` : ""}`;
    else if (lost && one) words += `,上一个是 ${one.when}`;
    told.textContent = words;
    slider.setAttribute("aria-valuetext", words);
    maps.setData(map, "now", one && !lost ? [feature(one, n)] : []);
  };
  const step = (by) => {
    const points = shown();
    const n = lastUntil(points, Number(slider.value) + 59);
    const one = points[Math.min(Math.max(by > 0 ? n + 1 : n - 1, 0), points.length - 1)];
    if (!one) return;
    slider.value = `${Math.floor(one.t / 60) * 60}`;
    tell();
    if (!map.getBounds().contains(one.at)) map.jumpTo({ center: one.at });
  };

  const strip = () => {
    const bar = byId("strip");
    const across = (t) => ((t - track.from) / Math.max(track.to - track.from, 1)) * 1000;
    const part = (from, to, look) => {
      const made = document.createElementNS("http://www.w3.org/2000/svg", "rect");
      made.setAttribute("x", `${across(from)}`);
      made.setAttribute("width", `${Math.max(across(to) - across(from), 2)}`);
      made.setAttribute("height", "12");
      made.setAttribute("class", look);
      return made;
    };
    bar.replaceChildren(
      ...track.gaps.map((gap) => part(gap.from, gap.to, "gap")),
      ...runs(track.points).map((run) => part(run[0].t, run[run.length - 1].t, run[0].power === "order" ? "order" : "check")),
    );
  };

  const lines = () => {
    const made = [];
    track.points.forEach((one, n) => {
      const before = track.points[n - 1];
      if (before && one.t - before.t > track.unbroken && !gapAt((before.t + one.t) / 2)) {
        made.push([before.t + 1, `${before.when} 至 ${one.when} 没有位置`, "muted"]);
      }
      made.push([one.t, fixWords(one), ""]);
    });
    track.gaps.forEach((gap) => made.push([gap.from + 1, `${gap.when} 应当有位置,没有收到。${gap.why || ""}`, "gap-line"]));
    made.sort((a, b) => a[0] - b[0]);
    const items = made.slice(0, MOST_LISTED).map(([, words, look]) => maps.element("li", words, `row small ${look}`));
    if (made.length > MOST_LISTED || track.more) {
      const item = maps.element("li", "", "row");
      const rest = maps.element("a", "这里只列出一部分,全部见文字版", "tall");
      rest.href = host.dataset.text;
      item.append(rest);
      items.push(item);
    }
    byId("lines").replaceChildren(...items);
    byId("parts").replaceChildren(...track.parts.map((words) => maps.element("li", words, "row small")));
  };

  byId("slider").hidden = !track.points.length;
  slider.min = `${Math.floor(track.from / 60) * 60}`;
  slider.max = `${Math.ceil(track.to / 60) * 60}`;
  if (track.points.length) slider.value = `${Math.floor(track.points[track.points.length - 1].t / 60) * 60}`;
  slider.addEventListener("input", tell);
  byId("before").addEventListener("click", () => step(-1));
  byId("after").addEventListener("click", () => step(1));
  for (const id of ["marks", "circles"]) byId(id).addEventListener("change", () => (draw(), tell()));
  map.on("click", (event) => {
    const found = maps.touched(map, event.point, ["fixes"]);
    if (!found) return;
    slider.value = `${Math.floor(track.points[found.properties.n].t / 60) * 60}`;
    tell();
  });
  const all = () => (features.length ? features : zones.length ? zones : areas);
  maps.wholeIs(map, all);
  draw();
  strip();
  lines();
  if (track.points.length) tell();
  maps.fit(map, all(), 16);
  host.dataset.ready = `${track.points.length}`;
});

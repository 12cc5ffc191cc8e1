// The map of an office: everybody's newest position in one layer, the same people in a list beside it.
document.addEventListener("DOMContentLoaded", async () => {
  const host = document.getElementById("office-map");
  const maps = window.zhifangMaps;
  const MOST_LISTED = 200;
  if (!host) return;
  const map = await maps.open(host, { words: host.dataset.text });
  if (!map) return;
  const told = document.getElementById("told");
  const list = document.getElementById("people");

  const SIGNS = { new: ["circle", "link", "paper"], old: ["small", "paper", "muted"], stale: ["small", "unknown-ground", "unknown"], alert: ["triangle", "urgent", "paper"] };
  for (const [name, [shape, fill, edge]] of Object.entries(SIGNS)) {
    map.addImage(name, maps.sign(shape, maps.colour(fill), maps.colour(edge)), { pixelRatio: 2 });
  }
  for (const name of ["people", "chosen"]) map.addSource(name, { type: "geojson", data: maps.EMPTY });
  const circle = (id, source, opacity) =>
    map.addLayer({
      id,
      type: "circle",
      source,
      minzoom: id === "accuracy" ? 9 : 0,
      paint: { "circle-radius": maps.GROWING, "circle-color": maps.colour("link"), "circle-opacity": opacity, "circle-stroke-width": 1, "circle-stroke-color": maps.colour("link"), "circle-stroke-opacity": opacity * 3 },
    });
  circle("accuracy", "people", 0.08);
  circle("chosen", "chosen", 0.25);
  map.addLayer({
    id: "people",
    type: "symbol",
    source: "people",
    layout: { "icon-image": ["case", [">", ["get", "alerts"], 0], "alert", ["get", "fresh"]], "icon-allow-overlap": true, "icon-ignore-placement": true, "symbol-sort-key": ["+", ["*", ["get", "alerts"], 10], ["match", ["get", "fresh"], "new", 2, "old", 1, 0]] },
  });

  const words = (one) =>
    [one.office, `${one.time}(${one.age})`, `误差约 ${one.accuracy_m} 米`, one.alerts ? `${one.alerts} 条预警` : "", one.minor ? "未成年人,注意保密" : ""].filter(Boolean).join(",");
  const choose = (feature, fly) => {
    const one = feature.properties;
    const link = maps.element("a", `${one.name} ${one.no}`, "tall");
    link.href = `${host.dataset.person}/${one.id}`;
    told.replaceChildren(link, ` ${words(one)}`);
    maps.setData(map, "chosen", [feature]);
    if (fly) {
      map.jumpTo({ center: feature.geometry.coordinates, zoom: Math.max(map.getZoom(), 13) });
      document.getElementById("map").scrollIntoView({ block: "nearest" });
    }
  };
  const line = (feature) => {
    const one = feature.properties;
    const item = maps.element("li", "", `row${one.alerts ? " urgent" : ""}`);
    const button = maps.element("button", one.name, "quiet");
    button.type = "button";
    button.addEventListener("click", () => choose(feature, true));
    item.append(button, maps.element("span", ` ${words(one)}`, "small muted"));
    return item;
  };

  try {
    const [answer, areas] = await Promise.all([maps.fetched(host.dataset.people), maps.outlines(map, host)]);
    const features = answer.people.map((one) => maps.point(one.at, { ...one, r0: maps.atZoom0(one.accuracy_m, one.at[1]) }));
    maps.setData(map, "people", features);
    maps.setData(map, "zones", answer.zones);
    told.textContent = features.length ? told.dataset.none : told.dataset.empty;
    const first = [...features].sort((a, b) => b.properties.alerts - a.properties.alerts);
    list.replaceChildren(...first.slice(0, MOST_LISTED).map(line));
    if (first.length > MOST_LISTED) {
      const item = maps.element("li", "", "row");
      const rest = maps.element("a", `这里列出 ${MOST_LISTED} 人,共 ${first.length} 人,全部见文字版`, "tall");
      rest.href = host.dataset.text;
      item.append(rest);
      list.append(item);
    }
    const all = () => (features.length ? features : areas);
    maps.wholeIs(map, all);
    maps.fit(map, all());
    map.on("click", (event) => {
      const found = maps.touched(map, event.point, ["people"]);
      if (found) choose(features.find((one) => one.properties.id === found.properties.id), false);
    });
    host.dataset.ready = `${features.length}`;
  } catch {
    told.textContent = told.dataset.broken;
  }
});

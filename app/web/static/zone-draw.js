// Drawing a zone: a circle by its centre and a handle for the radius, or a polygon corner by corner. Fingers, mouse and
// keys do the same (a corner can be set at the middle of the map). The fields of the form beside the map hold what is
// drawn, and what is typed there is drawn: the map is the easier way, never the only one.
document.addEventListener("DOMContentLoaded", async () => {
  const host = document.getElementById("zone-draw");
  const maps = window.zhifangMaps;
  const METRES_A_DEGREE = 111195;
  const CORNERS = 64;
  const DIGITS = 6;
  if (!host) return;
  const field = (name) => document.getElementById(host.dataset[name]);
  const byId = (id) => document.getElementById(id);
  const said = byId("draw-told");
  const map = await maps.open(host);
  if (!map) {
    said.textContent = said.dataset.none;
    byId("draw-tools").hidden = true;
    return;
  }
  const zones = JSON.parse(host.dataset.zones);
  const home = JSON.parse(host.dataset.home);
  const { datum } = JSON.parse(byId("map").dataset.tiles);
  maps.setData(map, "zones", zones);
  if (home) maps.label(map, "住址", home, "home");
  map.addSource("drawn", { type: "geojson", data: maps.EMPTY });
  map.addLayer({ id: "drawn-in", type: "fill", source: "drawn", filter: ["==", "$type", "Polygon"], paint: { "fill-color": maps.colour("main"), "fill-opacity": 0.25 } });
  map.addLayer({ id: "drawn", type: "line", source: "drawn", paint: { "line-color": maps.colour("main"), "line-width": 3 } });
  const areas = await maps.outlines(map, host).catch(() => []);
  const drawn = { corners: [], centre: null, radius: 0 };
  const steps = []; // what undo goes back to

  const kind = () => field("shape").value;
  const round = (value) => Number(value.toFixed(DIGITS));
  const east = (lat) => METRES_A_DEGREE * Math.cos((lat * Math.PI) / 180);
  const metres = (a, b) => Math.hypot((b[0] - a[0]) * east((a[1] + b[1]) / 2), (b[1] - a[1]) * METRES_A_DEGREE);
  const around = ([lon, lat], radius) =>
    Array.from({ length: CORNERS + 1 }, (_, n) => {
      const turn = (2 * Math.PI * (n % CORNERS)) / CORNERS;
      return [lon + (radius * Math.cos(turn)) / east(lat), lat + (radius * Math.sin(turn)) / METRES_A_DEGREE];
    });
  const polygon = (ring) => ({ type: "Feature", properties: {}, geometry: { type: "Polygon", coordinates: [ring] } });
  const line = (points) => ({ type: "Feature", properties: {}, geometry: { type: "LineString", coordinates: points } });
  const shape = () => {
    if (kind() === "circle") return drawn.centre && drawn.radius > 0 ? [polygon(around(drawn.centre, drawn.radius))] : [];
    if (drawn.corners.length > 2) return [polygon([...drawn.corners, drawn.corners[0]])];
    return drawn.corners.length === 2 ? [line(drawn.corners)] : [];
  };

  let handles = [];
  const handle = (at, look, move) => {
    const element = maps.element("span", "", `map-handle ${look}`);
    element.setAttribute("aria-hidden", "true"); // the fields of the form are the way without a pointer
    const marker = new window.maplibregl.Marker({ element, draggable: true }).setLngLat(at).addTo(map);
    marker.on("dragstart", keep);
    marker.on("drag", () => {
      move(marker.getLngLat().toArray());
      maps.setData(map, "drawn", shape());
    });
    marker.on("dragend", () => show());
    return marker;
  };
  const keep = () => steps.push(JSON.stringify(drawn));

  const tell = () => {
    const what = kind() === "circle"
      ? drawn.centre
        ? `圆心已定,半径 ${Math.round(drawn.radius)} 米。可以拖动圆心或边上的点,也可以在下面改数字。`
        : "点一下地图定圆心。"
      : `已有 ${drawn.corners.length} 个角${drawn.corners.length < 3 ? ",至少要 3 个。点地图加一个角。" : "。可以继续加角,或拖动调整。"}`;
    said.textContent = what;
  };
  const write = () => {
    field("datum").value = datum;
    if (kind() === "circle") {
      field("lon").value = drawn.centre ? round(drawn.centre[0]) : "";
      field("lat").value = drawn.centre ? round(drawn.centre[1]) : "";
      field("radius").value = drawn.centre ? Math.max(Math.round(drawn.radius), 1) : field("radius").value;
    } else {
      field("points").value = drawn.corners.map((corner) => corner.map(round).join(",")).join("\n");
    }
    field("points").dispatchEvent(new Event("input", { bubbles: true })); // so that the draft is kept
  };
  const show = ({ typed = false } = {}) => {
    handles.forEach((one) => one.remove());
    handles = [];
    if (kind() === "circle" && drawn.centre) {
      handles.push(
        handle(drawn.centre, "centre", (at) => {
          drawn.centre = at;
        }),
        handle([drawn.centre[0] + drawn.radius / east(drawn.centre[1]), drawn.centre[1]], "edge", (at) => {
          drawn.radius = metres(drawn.centre, at);
        }),
      );
    } else if (kind() !== "circle") {
      drawn.corners.forEach((corner, n) =>
        handles.push(
          handle(corner, "edge", (at) => {
            drawn.corners[n] = at;
          }),
        ),
      );
    }
    maps.setData(map, "drawn", shape());
    if (!typed) write();
    tell();
  };

  const set = (at) => {
    keep();
    if (kind() === "circle") {
      drawn.centre = at;
      drawn.radius = drawn.radius || Number(field("radius").value) || 200;
    } else {
      drawn.corners.push(at);
    }
    show();
  };
  const undo = () => {
    if (!steps.length) return;
    Object.assign(drawn, JSON.parse(steps.pop()));
    show();
  };
  const clear = () => {
    keep();
    Object.assign(drawn, { corners: [], centre: null });
    show();
  };
  const pair = (words) => {
    const found = words.split(/[,,\s]+/).filter(Boolean).map(Number);
    return found.length === 2 && found.every(Number.isFinite) && Math.abs(found[1]) <= 90 ? found : null;
  };
  // What is typed is drawn, as long as it is meant in the datum of the map.
  const read = () => {
    if (field("datum").value !== datum) return;
    if (kind() === "circle") {
      drawn.centre = field("lon").value && field("lat").value ? pair(`${field("lon").value},${field("lat").value}`) : null;
      drawn.radius = Number(field("radius").value) || 0;
    } else {
      drawn.corners = field("points").value.split("\n").map(pair).filter(Boolean);
    }
    show({ typed: true });
  };

  map.on("click", (event) => set(event.lngLat.toArray()));
  byId("draw-middle").addEventListener("click", () => set(map.getCenter().toArray()));
  byId("draw-undo").addEventListener("click", undo);
  byId("draw-clear").addEventListener("click", clear);
  field("shape").addEventListener("change", () => show({ typed: true }));
  for (const name of ["lon", "lat", "radius", "points", "datum"]) field(name).addEventListener("change", read);
  const all = () => [...shape(), ...zones, ...(home ? [maps.point(home, {})] : areas)];
  maps.wholeIs(map, all);
  read();
  maps.fit(map, all(), 14);
  host.dataset.ready = "1";
});

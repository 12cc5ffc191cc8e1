// What all maps share: the map itself (MapLibre), outlines of areas, the service of pictures where there is one, and the
// way on where a browser has no WebGL. All coordinates come from the server in the datum in which they are drawn.
window.zhifangMaps = (() => {
  const METRES_A_PIXEL = 78271.517; // at the equator, at zoom 0, with tiles of 512 pixels
  const DEEPEST = 18;
  const EMPTY = { type: "FeatureCollection", features: [] };
  const NEAR = 11; // from here on outlines are drawn finely

  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
  const hasWebGL = () => {
    const canvas = document.createElement("canvas");
    return Boolean(canvas.getContext("webgl2") || canvas.getContext("webgl"));
  };
  const collection = (features) => ({ type: "FeatureCollection", features });
  const point = (at, properties) => ({ type: "Feature", properties, geometry: { type: "Point", coordinates: at } });
  // The radius in pixels at zoom 0 of a circle in metres: it doubles with each zoom.
  const atZoom0 = (metres, lat) => metres / (METRES_A_PIXEL * Math.cos((lat * Math.PI) / 180));
  const GROWING = ["interpolate", ["exponential", 2], ["zoom"], 0, ["get", "r0"], 22, ["*", ["get", "r0"], 4194304]];

  const fetched = async (url) => {
    const answer = await fetch(url, { headers: { Accept: "application/json" } });
    if (answer.redirected) window.location.reload(); // the log-in ended
    if (!answer.ok) throw new Error(`${answer.status}`);
    return answer.json();
  };

  const style = (tiles) => {
    const made = {
      version: 8,
      sources: {},
      layers: [{ id: "ground", type: "background", paint: { "background-color": colour("ground") } }],
    };
    if (tiles.urls.length) {
      made.sources.tiles = { type: "raster", tiles: tiles.urls, tileSize: 256, maxzoom: DEEPEST };
      made.layers.push({ id: "tiles", type: "raster", source: "tiles" });
    }
    return made;
  };

  // Small pictures instead of letters of a font, so that a state shows by its shape too.
  const sign = (shape, fill, edge) => {
    const size = 40;
    const canvas = document.createElement("canvas");
    canvas.width = size;
    canvas.height = size;
    const pen = canvas.getContext("2d");
    pen.lineWidth = 5;
    pen.fillStyle = fill;
    pen.strokeStyle = edge;
    pen.beginPath();
    if (shape === "triangle") pen.moveTo(20, 4), pen.lineTo(37, 35), pen.lineTo(3, 35), pen.closePath();
    else if (shape === "diamond") pen.moveTo(20, 3), pen.lineTo(37, 20), pen.lineTo(20, 37), pen.lineTo(3, 20), pen.closePath();
    else pen.arc(20, 20, shape === "small" ? 11 : 15, 0, 7);
    pen.fill();
    pen.stroke();
    return pen.getImageData(0, 0, size, size);
  };

  const boundsOf = (features) => {
    const bounds = new window.maplibregl.LngLatBounds();
    const add = (coordinates) => {
      if (typeof coordinates[0] === "number") bounds.extend(coordinates);
      else coordinates.forEach(add);
    };
    features.forEach((feature) => add(feature.geometry.coordinates));
    return bounds;
  };

  const label = (map, text, at, look) => {
    const element = document.createElement("span");
    element.className = `map-label ${look}`;
    element.textContent = text;
    element.setAttribute("aria-hidden", "true"); // the list says it too
    new window.maplibregl.Marker({ element }).setLngLat(at).addTo(map);
  };

  const setData = (map, name, features) => map.getSource(name).setData(collection(features));

  // Outlines: coarse at once, fine when somebody looks closely; the counties around for orientation.
  const outlines = async (map, host) => {
    const ids = JSON.parse(host.dataset.areas);
    const get = (id, query) => fetched(`${host.dataset.outlines}/${id}${query}`);
    const coarse = await Promise.all(ids.map((id) => get(id, ".json?detail=coarse")));
    setData(map, "areas", coarse);
    let fine = false;
    const closer = async () => {
      if (fine || map.getZoom() < NEAR) return;
      fine = true;
      setData(map, "areas", await Promise.all(ids.map((id) => get(id, ".json?detail=fine"))));
    };
    map.on("zoomend", closer);
    if (ids.length) {
      get(ids[0], "/around.json")
        .then((around) => {
          map.getSource("around").setData(around);
          around.features.forEach((one) => label(map, one.properties.name, boundsOf([one]).getCenter(), "county"));
        })
        .catch(() => {});
    }
    closer();
    return coarse;
  };

  const addAreas = (map) => {
    for (const name of ["around", "areas", "zones"]) map.addSource(name, { type: "geojson", data: EMPTY });
    const line = (id, source, paint, filter) => map.addLayer({ id, type: "line", source, paint, ...(filter ? { filter } : {}) });
    line("around", "around", { "line-color": colour("muted"), "line-width": 1, "line-opacity": 0.5 });
    map.addLayer({ id: "areas-in", type: "fill", source: "areas", paint: { "fill-color": colour("link"), "fill-opacity": 0.06 } });
    line("areas", "areas", { "line-color": colour("link"), "line-width": 2.5 });
    const kind = ["match", ["get", "kind"], "forbidden", colour("urgent"), colour("soon")];
    map.addLayer({ id: "zones-in", type: "fill", source: "zones", paint: { "fill-color": kind, "fill-opacity": 0.15 } });
    line("zones", "zones", { "line-color": kind, "line-width": 2 }, ["==", ["get", "kind"], "forbidden"]);
    line("zones-stay", "zones", { "line-color": kind, "line-width": 2, "line-dasharray": [3, 2] }, ["!=", ["get", "kind"], "forbidden"]);
  };

  // Opens the map of the page; without WebGL it leads to the version in words and gives nothing.
  const open = async (host, { words = null } = {}) => {
    const frame = host.querySelector(".map-frame");
    if (!hasWebGL() || !window.maplibregl) {
      if (words) window.location.replace(words);
      else frame.hidden = true;
      return null;
    }
    const room = document.getElementById("map");
    const map = new window.maplibregl.Map({
      container: room,
      style: style(JSON.parse(room.dataset.tiles)),
      center: [104, 36], // the whole country, until there is something to look at
      zoom: 3,
      maxZoom: DEEPEST,
      dragRotate: false,
      touchPitch: false,
      pitchWithRotate: false,
      attributionControl: false,
      fadeDuration: 0,
      locale: { "Map.Title": room.dataset.label },
    });
    map.touchZoomRotate.disableRotation();
    map.keyboard.disableRotation();
    await new Promise((ready) => map.once("load", ready));
    addAreas(map);
    document.getElementById("nearer").addEventListener("click", () => map.zoomIn());
    document.getElementById("farther").addEventListener("click", () => map.zoomOut());
    return map;
  };

  const fit = (map, features, most = 15) => {
    if (!features.length) return;
    map.fitBounds(boundsOf(features), { padding: 30, maxZoom: most, animate: false });
  };
  const wholeIs = (map, find) => document.getElementById("whole").addEventListener("click", () => fit(map, find()));

  // The feature under a finger: the nearest within 22 pixels.
  const touched = (map, at, layers) => {
    const box = [[at.x - 22, at.y - 22], [at.x + 22, at.y + 22]];
    const far = (one) => {
      const on = map.project(one.geometry.coordinates);
      return Math.hypot(on.x - at.x, on.y - at.y);
    };
    return map.queryRenderedFeatures(box, { layers }).sort((a, b) => far(a) - far(b))[0] || null;
  };

  const element = (name, words = "", look = "") => {
    const made = document.createElement(name);
    made.textContent = words;
    if (look) made.className = look;
    return made;
  };

  return { open, outlines, fit, wholeIs, touched, fetched, collection, point, atZoom0, GROWING, EMPTY, colour, sign, setData, label, element, boundsOf };
})();

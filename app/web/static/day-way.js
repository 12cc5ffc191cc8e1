// The way to go on a map: the start, the homes by their number, and straight lines between them. The list says it all.
document.addEventListener("DOMContentLoaded", async () => {
  const host = document.getElementById("day-way");
  const maps = window.zhifangMaps;
  if (host && maps && host.querySelector(".map-frame")) {
    const way = JSON.parse(host.dataset.way);
    const map = await maps.open(host);
    if (map) {
      const run = [...(way.start ? [way.start] : []), ...way.stops.map((stop) => stop.at)];
      map.addSource("way", { type: "geojson", data: maps.EMPTY });
      map.addLayer({ id: "way", type: "line", source: "way", paint: { "line-color": maps.colour("link"), "line-width": 2, "line-dasharray": [2, 2] } });
      if (run.length > 1) maps.setData(map, "way", [{ type: "Feature", properties: {}, geometry: { type: "LineString", coordinates: run } }]);
      if (way.start) maps.label(map, "出发", way.start, "county");
      way.stops.forEach((stop) => maps.label(map, stop.title, stop.at, "stop"));
      const all = () => run.map((at) => maps.point(at, {}));
      maps.wholeIs(map, all);
      maps.fit(map, all());
      host.dataset.ready = `${way.stops.length}`;
    }
  }
  const form = document.getElementById("from-here");
  const told = document.getElementById("from-here-told");
  if (!form || !navigator.geolocation) return;
  form.hidden = false;
  form.addEventListener("submit", (event) => {
    if (form.elements.lon.value) return;
    event.preventDefault();
    told.textContent = told.dataset.asking;
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        form.elements.lon.value = coords.longitude;
        form.elements.lat.value = coords.latitude;
        form.submit();
      },
      () => (told.textContent = told.dataset.refused),
      { enableHighAccuracy: false, timeout: 15000, maximumAge: 60000 },
    );
  });
});

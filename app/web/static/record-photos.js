// Photos are made smaller on the phone, and keep what proves them: the camera's own notes (time, place, model) are
// carried over from the original file. The picture is turned upright while it is drawn, so the note about that is set.
window.zhifangPhotos = (() => {
  const SIDE = 1600;
  const QUALITY = 0.8;
  const SOI = 2;
  const APP1 = 0xffe1;
  const SCAN = 0xffda;
  const ORIENTATION = 0x0112;

  // The EXIF segment of a JPEG, marker included; null where there is none.
  const notes = (bytes) => {
    const view = new DataView(bytes);
    if (view.byteLength < 4 || view.getUint16(0) !== 0xffd8) return null;
    for (let at = SOI; at + 4 <= view.byteLength; ) {
      const marker = view.getUint16(at);
      const length = view.getUint16(at + 2) + 2;
      if (marker === SCAN || marker < 0xff00 || at + length > view.byteLength) return null;
      if (marker === APP1 && length > 10 && view.getUint32(at + 4) === 0x45786966) return bytes.slice(at, at + length);
      at += length;
    }
    return null;
  };
  const upright = (segment) => {
    const view = new DataView(segment);
    const tiff = 10;
    try {
      const little = view.getUint16(tiff) === 0x4949;
      const first = tiff + view.getUint32(tiff + 4, little);
      for (let n = 0; n < view.getUint16(first, little); n += 1) {
        const entry = first + 2 + 12 * n;
        if (view.getUint16(entry, little) === ORIENTATION) view.setUint16(entry + 8, 1, little);
      }
      return segment;
    } catch {
      return null; // notes that nobody can read prove nothing
    }
  };
  const drawn = async (file) => {
    const picture = await createImageBitmap(file);
    const scale = Math.min(1, SIDE / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(picture.width * scale));
    canvas.height = Math.max(1, Math.round(picture.height * scale));
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
    return new Promise((resolve, reject) => {
      canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("no picture"))), "image/jpeg", QUALITY);
    });
  };
  const smaller = async (file) => {
    const blob = await drawn(file);
    const found = file.type === "image/jpeg" ? notes(await file.arrayBuffer()) : null;
    const carried = found && upright(found);
    if (!carried) return blob;
    return new Blob([blob.slice(0, SOI), carried, blob.slice(SOI)], { type: "image/jpeg" });
  };
  return { smaller };
})();

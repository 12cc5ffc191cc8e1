// Shows a quiet bar while the service cannot be reached, and shows refusals where the form was sent from.
document.addEventListener("DOMContentLoaded", () => {
  const bar = document.getElementById("net");
  const lost = () => { bar.hidden = false; };
  const back = () => { bar.hidden = true; };
  document.body.addEventListener("htmx:sendError", lost);
  document.body.addEventListener("htmx:timeout", lost);
  document.body.addEventListener("htmx:afterOnLoad", back);
  window.addEventListener("offline", lost);
  window.addEventListener("online", back);
  // htmx drops the body of a 4xx by default; ours is a sentence for the person who sent the form.
  document.body.addEventListener("htmx:beforeSwap", (event) => {
    const status = event.detail.xhr.status;
    if (status >= 400 && status < 500) {
      event.detail.shouldSwap = true;
      event.detail.isError = false;
    } else if (status >= 500) {
      lost();
    }
  });
});

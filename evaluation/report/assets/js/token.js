// The token of a page of a local server.
/** The token comes in the address, and is taken out of it: links and pictures must not have it. */
function takeToken() {
  const given = new URLSearchParams(location.search).get("token");
  try {
    if (given) sessionStorage.setItem("duizhao-token", given);
    history.replaceState(null, "", location.pathname + location.hash);
    return given || sessionStorage.getItem("duizhao-token") || "";
  } catch (error) { // no storage: the address stays as it is
    return given || "";
  }
}

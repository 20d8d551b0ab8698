function startReview() {}
function reviewActions() { return []; }

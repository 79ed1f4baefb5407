// Draws every figure of the page from the data beside it; nothing is fetched.
document.querySelectorAll(".plot").forEach(function (place) {
  var data = JSON.parse(document.getElementById("data-" + place.dataset.name).textContent);
  Plotly.newPlot(place, data.data, data.layout, CONFIG);
});

/* Charts from inert JSON beside them; colours and type from the page, so that all themes fit. */
"use strict";
(() => {
  const { one, all, quiet } = afterloan;
  const chinese = document.documentElement.lang.startsWith("zh");
  const drawn = new Map();

  /* A variable may be a light-dark() pair; only an element knows which of the two it is. */
  const probe = document.createElement("i");
  probe.hidden = true;
  document.body.append(probe);
  const colour = name => {
    probe.style.color = `var(--${name})`;
    return getComputedStyle(probe).color;
  };
  const faded = (rgb, share) => rgb.replace("rgb(", "rgba(").replace(")", `, ${share})`);

  const UNITS = chinese ? [[1e8, "亿"], [1e4, "万"]] : [[1e9, "B"], [1e6, "M"], [1e3, "K"]];
  const short = value => {
    const [size, unit] = UNITS.find(([least]) => Math.abs(value) >= least) ?? [1, ""];
    const share = value / size;
    const digits = Number.isInteger(share) || Math.abs(share) >= 1000 ? 0 : 1;
    return share.toLocaleString("en", { maximumFractionDigits: digits }) + unit;
  };
  const writer = chart => {
    const symbol = chart.symbol ?? "¥", minor = 10 ** (chart.exponent ?? 2);
    return {
      money: value => symbol + short(value / minor),
      /* An axis goes without the zeros that keep figures of a column alike. */
      percent: (value, axis) => {
        const text = (value * 100).toFixed(Math.abs(value) < 0.1 ? 2 : 1);
        return `${axis ? Number(text) : text}%`;
      },
      number: short,
    }[chart.unit ?? "number"];
  };

  const look = chart => {
    const style = getComputedStyle(document.body);
    const text = { fontFamily: style.fontFamily, fontSize: 12, color: colour("muted") };
    const write = writer(chart);
    const dash = { icon: "path://M0 4h4v2H0zM6 4h4v2H6z" };
    return {
      text,
      write,
      base: {
        textStyle: { ...text, color: colour("text") },
        animation: !quiet,
        animationDuration: 420,
        grid: { left: 8, right: 12, top: 44, bottom: 4, containLabel: true },
        legend: {
          top: 6, left: 6, icon: "roundRect", itemWidth: 9, itemHeight: 9, itemGap: 16, textStyle: text,
          data: chart.series.map(one => one.line === "dashed" ? { name: one.name, ...dash } : one.name),
        },
        tooltip: {
          trigger: "axis",
          /* The other kind writes style attributes, which our policy forbids. */
          renderMode: "richText",
          valueFormatter: value => value == null ? "–" : write(value),
          backgroundColor: "#1b1f27",
          borderWidth: 0,
          padding: [9, 12],
          textStyle: { ...text, color: "#f4f6fa" },
          axisPointer: {
            type: chart.kind === "lines" ? "line" : "shadow",
            shadowStyle: { color: text.color, opacity: 0.09 },
            lineStyle: { color: text.color, width: 1, type: "dashed" },
          },
        },
      },
      categories: {
        type: "category",
        data: chart.categories,
        axisTick: { show: false },
        axisLine: { lineStyle: { color: colour("line") } },
        axisLabel: text,
      },
      values: {
        type: "value",
        splitNumber: 4,
        splitLine: { lineStyle: { color: colour("line"), type: [3, 3] } },
        axisLabel: { ...text, formatter: value => value === 0 ? "0" : write(value, true) },
      },
    };
  };

  const line = one => {
    const tint = colour(one.colour ?? "accent"), dashed = one.line === "dashed";
    return {
      name: one.name,
      type: "line",
      z: 5,
      data: one.values,
      smooth: dashed ? 0 : 0.2,
      showSymbol: one.values.length < 2,
      lineStyle: { width: dashed ? 1.75 : 2.5, color: tint, type: dashed ? [4, 4] : "solid" },
      itemStyle: { color: tint },
      areaStyle: one.line !== "area" ? undefined : {
        color: { type: "linear", x: 0, y: 0, x2: 0, y2: 1, colorStops: [
          { offset: 0, color: faded(tint, 0.22) }, { offset: 1, color: faded(tint, 0) },
        ] },
      },
    };
  };

  const bar = (one, chart, isTop) => {
    const last = one.values.length - 1;
    const pale = (value, at) => chart.unfinished && at === last ? { value, itemStyle: { opacity: 0.45 } } : value;
    return {
      name: one.name,
      type: "bar",
      stack: chart.kind === "stack" ? "all" : undefined,
      barMaxWidth: 38,
      data: one.values.map(pale),
      emphasis: { focus: "series" },
      itemStyle: {
        color: colour(one.colour ?? "accent"),
        borderColor: colour("surface"),
        borderWidth: 1,
        borderRadius: isTop || chart.kind !== "stack" ? [4, 4, 0, 0] : 0,
      },
    };
  };

  const KINDS = {
    lines: (chart, look) => ({
      ...look.base,
      xAxis: { ...look.categories, boundaryGap: false },
      yAxis: look.values,
      series: chart.series.map(line),
    }),
    stack: (chart, look) => {
      const bars = chart.series.filter(one => !one.line);
      const series = chart.series.map(one => one.line ? line(one) : bar(one, chart, one === bars.at(-1)));
      return { ...look.base, xAxis: look.categories, yAxis: look.values, series };
    },
    bars: (chart, look) => ({
      ...look.base,
      legend: { show: false },
      grid: { left: 10, right: 64, top: 10, bottom: 6, containLabel: true },
      xAxis: { type: "value", show: false },
      yAxis: { ...look.categories, inverse: true, axisLine: { show: false } },
      series: chart.series.map(one => ({
        ...bar(one, chart, true),
        barWidth: 14,
        itemStyle: { color: colour(one.colour ?? "accent"), borderRadius: 4 },
        label: { show: true, position: "right", formatter: point => look.write(point.value), ...look.text },
      })),
    }),
  };

  /* What stands behind a figure: a part of a page, fetched into the drawer around its target. */
  const drill = (box, chart, point) => {
    const url = chart.series[point.seriesIndex]?.links?.[point.dataIndex], target = one(box.dataset.drill);
    if (!url || !target) return;
    htmx.ajax("GET", url, { source: box, target, swap: "innerHTML" });
    target.closest("dialog")?.showModal();
  };

  const draw = box => {
    const source = document.getElementById(box.dataset.chart);
    if (!source || !window.echarts || drawn.has(box)) return;
    const chart = JSON.parse(source.textContent);
    const instance = echarts.init(box, null, { renderer: "canvas", locale: chinese ? "ZH" : "EN" });
    const paint = () => instance.setOption(KINDS[chart.kind](chart, look(chart)), true);
    paint();
    instance.on("click", point => drill(box, chart, point));
    const watcher = new ResizeObserver(() => instance.resize());
    watcher.observe(box);
    drawn.set(box, { instance, paint, watcher });
  };

  const drop = box => {
    drawn.get(box)?.watcher.disconnect();
    drawn.get(box)?.instance.dispose();
    drawn.delete(box);
  };

  const drawAll = () => {
    for (const box of drawn.keys()) if (!box.isConnected) drop(box);
    all("[data-chart]").forEach(draw);
  };
  drawAll();
  document.addEventListener("htmx:after:swap", drawAll);
  /* The theme may follow the system's hour. */
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    for (const { paint } of drawn.values()) paint();
  });
})();

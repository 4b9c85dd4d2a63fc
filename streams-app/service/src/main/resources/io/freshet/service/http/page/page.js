// Freshet's page: draws the events of /v1/events, and uses the API like any other client. Its only dependency is uPlot.
'use strict';
(() => {
  const NAMES = {
    model: 'Freshet', network: 'its network', memory: 'its memory', rules: 'sequential rules', popularity: 'popularity',
  };
  const MOST_POINTS = 720;
  const CHANGE_WAIT_MS = 30_000;
  const POLL_MS = 120;
  const REFRESH_MS = 1500;

  const $ = (id) => document.getElementById(id);
  const style = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const pause = (ms) => new Promise((done) => setTimeout(done, ms));
  const whole = new Intl.NumberFormat('en');

  // ---- small helpers ----

  function el(tag, properties = {}, ...children) {
    const made = Object.assign(document.createElement(tag), properties);
    made.append(...children);
    return made;
  }

  function text(id, value) {
    const at = $(id);
    if (at.textContent !== value) {
      at.textContent = value;
    }
  }

  function valueWithUnit(id, value, unit) {
    $(id).replaceChildren(value, el('small', { textContent: ' ' + unit }));
  }

  const share = (x) => x.toFixed(3).replace(/^0/, '');

  function milliseconds(ms) {
    if (ms < 1000) {
      return `${Math.round(ms)} ms`;
    }
    return ms < 60000 ? `${(ms / 1000).toFixed(1)} s` : ago(ms);
  }

  function ago(ms) {
    const s = Math.max(0, Math.round(ms / 1000));
    if (s < 60) {
      return `${s} s`;
    }
    if (s < 3600) {
      return `${Math.floor(s / 60)} min`;
    }
    return s < 172800 ? `${Math.floor(s / 3600)} h` : `${Math.floor(s / 86400)} days`;
  }

  async function ask(path, options = {}) {
    const answer = await fetch(path, { cache: 'no-store', ...options });
    const body = await answer.json().catch(() => ({}));
    if (!answer.ok) {
      throw new Error(body.detail || body.title || `${answer.status}`);
    }
    return body;
  }

  const post = (path, body) => ask(path, {
    method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body),
  });

  // ---- plots ----

  const hidden = new Set();
  let columns = { at: [], clicks_per_second: [], ndcg: {} };
  let qualityPlot = null;
  let ratePlot = null;

  /** Formats the time of day on an axis, with seconds if the grid lines are less than a minute apart. */
  function clock(_, splits, __, ___, seconds) {
    const format = { hour: '2-digit', minute: '2-digit', ...(seconds < 60 && { second: '2-digit' }) };
    return splits.map((split) => new Date(split * 1000).toLocaleTimeString([], format));
  }

  function axes(format) {
    const line = { stroke: style('--soft'), grid: { stroke: style('--line'), width: 1 }, ticks: { show: false } };
    const size = parseFloat(getComputedStyle(document.documentElement).fontSize);
    const font = `${Math.round(size * 0.75)}px ${getComputedStyle(document.body).fontFamily}`;
    return [
      { ...line, font, size: size * 1.9, space: size * 6, grid: { show: false }, values: clock },
      { ...line, font, size: size * 3.2, values: (_, splits) => splits.map(format) },
    ];
  }

  function plot(host, series, data, format, range) {
    host.replaceChildren();
    const options = {
      width: Math.max(120, host.clientWidth),
      height: Math.max(100, host.clientHeight),
      legend: { show: false },
      cursor: { points: { size: 7 }, drag: { setScale: false }, y: false },
      padding: [8, 8, 0, 0],
      scales: { y: { range } },
      axes: axes(format),
      series: [{}, ...series],
    };
    return new uPlot(options, data, host);
  }

  function qualityNames() {
    return Object.keys(NAMES).filter((name) => columns.ndcg[name]);
  }

  function seconds() {
    return columns.at.map((ms) => ms / 1000);
  }

  function qualityData() {
    return [seconds(), ...qualityNames().map((name) => columns.ndcg[name])];
  }

  function rateData() {
    return [seconds(), columns.clicks_per_second];
  }

  const fromZero = (_, __, max) => [0, Math.max(max * 1.12, 0.05)];
  const fromZeroRate = (_, __, max) => [0, Math.max(max * 1.15, 5)];

  function drawPlots() {
    const series = qualityNames().map((name) => ({
      label: name,
      show: !hidden.has(name),
      stroke: style('--' + name),
      width: name === 'model' ? 3 : 1.5,
      dash: name === 'model' ? undefined : name === 'network' || name === 'memory' ? [2, 4] : undefined,
      points: { show: false },
      spanGaps: true,
    }));
    qualityPlot = plot($('quality-plot'), series, qualityData(), share, fromZero);
    const accent = style('--accent');
    ratePlot = plot($('rate-plot'),
      [{ stroke: accent, width: 1.5, fill: style('--accent-soft'), points: { show: false } }],
      rateData(), (rate) => whole.format(rate), fromZeroRate);
  }

  function resizePlots() {
    for (const [drawn, id] of [[qualityPlot, 'quality-plot'], [ratePlot, 'rate-plot']]) {
      const host = $(id);
      const width = Math.max(120, host.clientWidth);
      const height = Math.max(100, host.clientHeight);
      if (drawn && (drawn.width !== width || drawn.height !== height)) {
        drawn.setSize({ width, height });
      }
    }
  }

  function legend(quality) {
    const list = $('legend');
    for (const name of Object.keys(NAMES).filter((known) => quality[known])) {
      let button = list.querySelector(`[data-name="${name}"]`);
      if (!button) {
        button = el('button', { type: 'button' }, el('i', { className: 'of-' + name }), NAMES[name], el('b'));
        button.dataset.name = name;
        button.setAttribute('aria-pressed', 'true');
        button.addEventListener('click', () => toggle(name, button));
        list.append(el('li', {}, button));
      }
      const figure = quality[name];
      button.lastChild.textContent = figure.events > 0 ? share(figure.ndcg) : '–';
    }
  }

  function toggle(name, button) {
    const show = hidden.delete(name) || (hidden.add(name), false);
    button.setAttribute('aria-pressed', String(show));
    drawPlots();
  }

  function remember(figures) {
    const { at, clicks_per_second: rates, ndcg } = columns;
    at.push(figures.at);
    rates.push(figures.clicks_per_second);
    const before = qualityNames().length;
    for (const [name, figure] of Object.entries(figures.quality)) {
      if (figure.events > 0 && !ndcg[name]) {
        ndcg[name] = new Array(at.length - 1).fill(null);
      }
      ndcg[name]?.push(figure.events > 0 ? figure.ndcg : null);
    }
    if (at.length > 2 * MOST_POINTS) {
      const half = (values) => values.filter((_, i) => i % 2 === 0);
      columns = {
        at: half(at),
        clicks_per_second: half(rates),
        ndcg: Object.fromEntries(Object.entries(ndcg).map(([name, values]) => [name, half(values)])),
      };
    }
    if (!qualityPlot || qualityNames().length !== before) {
      drawPlots();
    } else {
      qualityPlot.setData(qualityData());
      ratePlot.setData(rateData());
    }
  }

  // ---- bars ----

  function bars(id, latencies) {
    const figure = $(id);
    figure.hidden = !latencies;
    figure.parentElement.classList.toggle('single', $('recommendation-bars').hidden);
    if (!latencies) {
      return;
    }
    const { edges_ms: edges, counts } = latencies;
    const total = counts.reduce((a, b) => a + b, 0);
    const host = figure.querySelector('.bars');
    if (host.childElementCount !== counts.length) {
      host.replaceChildren(...counts.map(() => el('i')));
      figure.querySelector('.axis').replaceChildren(...['1 ms', '10', '100', '1 s', '10 s'].map((label) => el('span', { textContent: label })));
    }
    const most = Math.max(1, ...counts);
    counts.forEach((count, i) => {
      const bar = host.children[i];
      bar.style.height = count === 0 ? '0' : `${Math.max(2, 100 * count / most)}%`;
      bar.title = `${i === 0 ? 'up to' : milliseconds(edges[i - 1]) + ' to'} ${i < edges.length ? milliseconds(edges[i]) : 'longer'}: ${whole.format(count)}`;
    });
    const said = total === 0 ? 'none yet' : `half within ${milliseconds(latencies.p50_ms)}, 99% within ${milliseconds(latencies.p99_ms)}`;
    figure.querySelector('figcaption span').textContent = said;
    host.setAttribute('aria-label', `${figure.querySelector('b').textContent}: ${said}`);
  }

  // ---- figures ----

  function showQuality(quality) {
    const model = quality.model;
    if (!model || model.events === 0) {
      return;
    }
    text('ndcg', share(model.ndcg));
    const others = ['rules', 'popularity'].filter((name) => quality[name]?.events > 0);
    const best = others.sort((a, b) => quality[b].ndcg - quality[a].ndcg)[0];
    const hit = `hit rate ${share(model.hr)}, newest ${whole.format(model.events)} ranked clicks`;
    if (!best || quality[best].ndcg === 0) {
      text('ndcg-note', `NDCG@10, ${hit}`);
      return;
    }
    const lead = Math.round(100 * (model.ndcg / quality[best].ndcg - 1));
    const than = `${Math.abs(lead)}% ${lead < 0 ? 'below' : 'above'} ${NAMES[best]}`;
    text('ndcg-note', `NDCG@10, ${than}, ${hit}`);
  }

  function showLatency(figures) {
    const shown = figures.click_to_recommendation ?? figures.click_to_model;
    text('latency-title', figures.click_to_recommendation ? 'Click to recommendation' : 'Click into the model');
    if (shown.counts.some((count) => count > 0)) {
      valueWithUnit('latency', whole.format(shown.p50_ms), 'ms');
      text('latency-note', `median; 99% within ${milliseconds(shown.p99_ms)}`);
    }
  }

  function show(figures) {
    text('source', 'Clicks from ' + figures.source);
    status('live', figures.status);
    showQuality(figures.quality);
    text('clicks-rate', whole.format(Math.round(figures.clicks_per_second)));
    text('clicks-note', `${whole.format(figures.clicks)} so far`);
    if (figures.model) {
      text('step', whole.format(figures.model.step));
      text('step-note', `${figures.steps_per_second.toFixed(1)} a second, changed ${milliseconds(figures.model.age_ms)} ago`);
    }
    showLatency(figures);
    legend(figures.quality);
    remember(figures);
    bars('recommendation-bars', figures.click_to_recommendation);
    bars('model-bars', figures.click_to_model);
    people(figures.users);
    if (!user) {
      someoneNew();
    } else if (figures.model) {
      stepSeen(figures.model);
    }
  }

  function status(state, said) {
    $('status').dataset.state = state;
    text('status-text', said);
  }

  // ---- try it ----

  let user = '';
  let here = [];
  let items = [];
  let busy = false;
  let refreshedAt = 0;
  let answeredStep = -1;

  const path = (tail) => `v1/users/${encodeURIComponent(user)}/${tail}`;

  function people(users) {
    here = users;
    $('someone-here').hidden = users.length === 0;
    if (document.activeElement !== $('user')) {
      $('users').replaceChildren(...users.map((id) => el('option', { value: id })));
    }
  }

  function become(id) {
    user = id;
    items = [];
    $('user').value = id;
    $('answer').replaceChildren();
    say('');
    refresh().catch(complain);
  }

  function say(said, bad = false) {
    $('said').className = bad ? 'hint said bad' : 'hint said';
    text('said', said);
  }

  const complain = (error) => say(error.message, true);

  async function sequence(of) {
    const { interactions } = await ask(`v1/users/${encodeURIComponent(of)}/sequence`);
    return interactions.map((interaction) => interaction.item_id);
  }

  async function refresh() {
    const of = user;
    refreshedAt = Date.now();
    const answer = await ask(path('recommendations?why=true'));
    // Does not request the sequence of an unknown user: the browser's console would show an error.
    const clicked = answer.fallback === 'unknown-user' ? [] : await sequence(of);
    if (of !== user) {
      return null; // another user was chosen meanwhile
    }
    showHistory(clicked);
    showAnswer(answer);
    return { clicked, answer };
  }

  function showHistory(clicked) {
    const newestFirst = clicked.slice(-12).reverse();
    const chips = newestFirst.map((id, i) => el('li', { textContent: id, className: i === 0 ? 'newest' : '' }));
    if (clicked.length > 12) {
      chips.push(el('li', { className: 'empty', textContent: `and ${clicked.length - 12} earlier` }));
    }
    $('history').replaceChildren(...(chips.length ? chips : [el('li', { className: 'empty', textContent: 'nothing yet' })]));
  }

  const WHY = {
    'unknown-user': 'This user is not known yet, so these are popular items. Click one.',
    'no-model': 'There is no model yet, so these are popular items.',
    'no-known-items': 'The model does not know the clicked items yet, so these are popular items.',
    'all-filtered': 'All items that the model would recommend have been seen, so these are popular items.',
  };

  function showAnswer(answer) {
    text('answer-note', answer.fallback ? WHY[answer.fallback] ?? answer.fallback
      : `By the model at step ${whole.format(answer.model.step)}. Click an item.`);
    answeredStep = answer.model ? answer.model.step : -1;
    const before = new Set(items);
    const top = Math.max(...answer.items.map((item) => item.score), 1e-9);
    const list = $('answer');
    const focused = list.contains(document.activeElement) ? [...list.children].indexOf(document.activeElement.parentElement) : -1;
    list.replaceChildren(...answer.items.map((item, rank) => row(item, rank, top, before.size > 0 && !before.has(item.item_id))));
    if (focused >= 0) {
      list.children[Math.min(focused, list.childElementCount - 1)]?.firstChild.focus();
    }
    items = answer.items.map((item) => item.item_id);
    list.dataset.items = items.join(' ');
  }

  function row(item, rank, top, fresh) {
    // The button's content is its accessible name, so that voice control understands the visible text.
    const button = el('button', { type: 'button' },
      el('span', { className: 'rank', textContent: String(rank + 1) }),
      el('span', { className: 'name', title: item.item_id, textContent: item.item_id }),
      el('span', { className: 'score', textContent: item.score >= 0.0005 ? share(item.score) : '' }));
    const because = (item.because ?? []).slice(0, 3).map((past) => past.item_id);
    if (because.length) {
      button.append(el('span', { className: 'because', textContent: 'because of ' + because.join(', ') }));
    }
    button.style.setProperty('--share', `${100 * item.score / top}%`);
    button.addEventListener('click', () => click(item.item_id));
    return el('li', { className: fresh ? 'fresh' : '' }, button);
  }

  async function click(item) {
    if (!user || busy) {
      return;
    }
    busy = true;
    const before = items.join(' ');
    const started = performance.now();
    say(`Clicked ${item}`);
    try {
      await post('v1/clicks', { user_id: user, item_id: item, timestamp: Date.now(), event_type: 'view', event_id: crypto.randomUUID?.() ?? `page-${Date.now()}-${Math.random()}` });
      await awaitChange(item, before, started);
    } catch (error) {
      complain(error);
    } finally {
      busy = false;
    }
  }

  async function awaitChange(item, before, started) {
    const of = user;
    while (performance.now() - started < CHANGE_WAIT_MS && of === user) {
      const now = await refresh();
      if (now && now.clicked.at(-1) === item) {
        const took = milliseconds(performance.now() - started);
        say(items.join(' ') === before ? `Clicked ${item}; it is in the history after ${took}` : `Clicked ${item}; the answer changed after ${took}`);
        return;
      }
      await pause(POLL_MS);
    }
    say(`Clicked ${item}; it is not in the history yet`);
  }

  /** Refreshes the recommendations, which may differ now that the model has learned more. */
  function stepSeen(model) {
    const due = Date.now() - refreshedAt > REFRESH_MS;
    if (user && !busy && due && model.step !== answeredStep && document.visibilityState === 'visible') {
      refresh().catch(() => {});
    }
  }

  async function trending() {
    const { items: popular } = await ask('v1/trending?k=8');
    const buttons = popular.map((item) => {
      const button = el('button', { type: 'button', textContent: item.item_id });
      button.addEventListener('click', () => click(item.item_id));
      return el('li', {}, button);
    });
    if (!$('trending').contains(document.activeElement)) {
      $('trending').replaceChildren(...(buttons.length ? buttons : [el('li', { className: 'empty', textContent: 'nothing yet' })]));
    }
  }

  function someoneNew() {
    become('guest-' + Math.random().toString(36).slice(2, 7));
  }

  // ---- snapshots ----

  let asking = '';

  async function snapshots() {
    const model = await ask('v1/model');
    $('rollback-notice').hidden = !model.rollback;
    if (model.rollback) {
      text('rollback-text', `${model.rollback.served} since ${new Date(model.rollback.since).toLocaleTimeString()}. Learning continues.`);
    }
    $('snapshots-note').hidden = model.snapshots.length > 0;
    const rows = model.snapshots.map((snapshot) => snapshotRow(snapshot, model));
    if (!$('snapshots').contains(document.activeElement) || asking === '') {
      $('snapshots').replaceChildren(...rows);
    }
  }

  function snapshotRow(snapshot, model) {
    const figure = Object.keys(snapshot.metrics).find((name) => name.startsWith('prequential_window_ndcg'));
    const ndcg = snapshot.metrics[figure];
    return el('tr', {},
      el('td', { textContent: whole.format(snapshot.step) }),
      el('td', { textContent: ago(Date.now() - Date.parse(snapshot.created_at)) + ' ago' }),
      el('td', { textContent: ndcg === undefined ? '–' : share(ndcg) }),
      el('td', {}, el('code', { textContent: snapshot.version.replace(/^0+(?=\d)/, '') })),
      el('td', {}, snapshotAction(snapshot, model)));
  }

  function snapshotAction(snapshot, model) {
    if (snapshot.held) {
      return el('span', { className: 'tag held', textContent: 'held back' });
    }
    if (model.rollback?.served === snapshot.version) {
      return el('span', { className: 'tag', textContent: 'served' });
    }
    const button = el('button', { type: 'button', textContent: 'Roll back' });
    button.dataset.version = snapshot.version;
    button.addEventListener('click', () => rollBack(button, snapshot));
    button.addEventListener('blur', () => {
      asking = '';
      button.textContent = 'Roll back';
      button.classList.remove('solid');
    });
    return button;
  }

  async function rollBack(button, snapshot) {
    if (asking !== snapshot.version) {
      asking = snapshot.version;
      button.textContent = `Serve step ${whole.format(snapshot.step)}?`;
      button.classList.add('solid');
      return;
    }
    asking = '';
    button.disabled = true;
    try {
      await post('v1/model/rollback', { version: snapshot.version });
    } catch (error) {
      status('lost', error.message);
    }
    await snapshots();
    $('resume').focus();
  }

  async function resume() {
    $('resume').disabled = true;
    try {
      await ask('v1/model/resume', { method: 'POST' });
      await snapshots();
    } catch (error) {
      status('lost', error.message);
    } finally {
      $('resume').disabled = false;
    }
  }

  // ---- variants ----

  async function variants() {
    const all = await ask('v1/variants');
    const total = Object.values(all.shares).reduce((sum, weight) => sum + weight, 0);
    $('variants-card').hidden = !all.variants.some((variant) => variant.name);
    $('variants').replaceChildren(...all.variants.map((variant) => variantRow(variant, all.shares[variant.name] / total)));
  }

  function variantRow(variant, part) {
    const figures = variant.newest;
    return el('tr', {},
      ...[variant.name, Number.isFinite(part) ? `${Math.round(100 * part)}%` : '–', variant.model,
        variant.served ? whole.format(variant.served.step) : '–', whole.format(figures.events),
        share(figures.hr), share(figures.ndcg), share(figures.mrr)]
        .map((textContent) => el('td', { textContent })));
  }

  // ---- start ----

  function follow() {
    const events = new EventSource('v1/events');
    events.addEventListener('history', (event) => {
      columns = JSON.parse(event.data);
      drawPlots();
    });
    events.addEventListener('figures', (event) => show(JSON.parse(event.data)));
    events.addEventListener('error', () => status('lost', 'Connection lost, trying again'));
  }

  function every(ms, task) {
    const run = () => document.visibilityState === 'visible' && task().catch(() => {});
    run();
    setInterval(run, ms);
  }

  function start() {
    $('user-form').addEventListener('submit', (event) => {
      event.preventDefault();
      become($('user').value.trim());
    });
    $('item-form').addEventListener('submit', (event) => {
      event.preventDefault();
      const item = $('item').value.trim();
      $('item').value = '';
      click(item);
    });
    $('someone-new').addEventListener('click', someoneNew);
    $('someone-here').addEventListener('click', () => become(here[Math.floor(Math.random() * here.length)]));
    $('resume').addEventListener('click', resume);
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', drawPlots);
    const observer = new ResizeObserver(resizePlots);
    observer.observe($('quality-plot'));
    observer.observe($('rate-plot'));
    follow();
    every(3000, snapshots);
    every(3000, variants);
    every(5000, trending);
  }

  start();
})();

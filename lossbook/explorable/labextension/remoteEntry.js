// An extension of JupyterLab for demos and laboratories whose kernel has ended, or has not been started yet. Their widgets
// live in a kernel, and in their place JupyterLab would say "Error displaying widget: model not found". A demo is drawn
// from what the notebook stores, and can be moved; of a laboratory the picture of its last runs is shown.
//
// It is written by hand in the form that JupyterLab loads (a container of module federation), so that nothing has to be
// built: what it needs of JupyterLab comes from the scope that all extensions share.
(() => {
  const NAME = "lossbook";
  const DEMO = "application/vnd.lossbook.explorable+json";
  const LABORATORY = "application/vnd.lossbook.laboratory+json";
  const WIDGET = "application/vnd.jupyter.widget-view+json";
  const RANK = -20; // before the manager of widgets, which has -10
  const PATIENCE = 700; // milliseconds that a widget has before what is stored is shown in its place

  const folder = new URL(".", document.currentScript.src);
  let scope;

  async function shared(name) {
    const [version] = Object.values(scope[name]);
    return (await version.get())();
  }

  let engine;
  function loadEngine() {
    engine ??= new Promise((resolve, reject) => {
      const style = document.createElement("link");
      style.rel = "stylesheet";
      style.href = new URL("explorable.css", folder).href;
      const script = document.createElement("script");
      script.src = new URL("explorable.js", folder).href;
      script.onload = () => resolve(lossbookExplorable);
      script.onerror = () => reject(new Error(`cannot load ${script.src}`));
      document.head.append(style, script);
    });
    return engine;
  }

  // The part of a widget's model that the engine uses, without a kernel behind it.
  function storedModel({ spec, frames }) {
    const values = JSON.parse(spec);
    const all = {
      spec: values,
      frames: Uint8Array.from(atob(frames), (letter) => letter.charCodeAt(0)),
      ...Object.fromEntries(values.controls.map((control) => [control.name, control.default])),
    };
    return {
      get: (name) => all[name],
      set: (name, value) => { all[name] = value; },
      on() {},
      off() {},
      save_changes() {},
    };
  }

  function makePlugin({ INotebookTracker }, { Panel, Widget }) {
    class Stored extends Panel {
      constructor(rendermime) {
        super();
        this.rendermime = rendermime;
        this.turn = 0; // what was begun in an earlier one is out of date
        this.clear = [];
      }

      stop() {
        this.turn += 1;
        this.clear.splice(0).forEach((clear) => clear());
      }

      async renderModel(model) {
        this.stop();
        // What is not trusted may show what is stored, and not reach into a kernel.
        if (!model.data[WIDGET] || !model.trusted || !this.rendermime.mimeTypes.includes(WIDGET)) {
          return this.showStored(model);
        }
        const widget = this.rendermime.createRenderer(WIDGET);
        this.addWidget(widget);
        this.clear.push(() => widget.dispose());
        widget.hide();
        const timer = setTimeout(() => this.showStored(model), PATIENCE);
        // The manager may find the model later, when it has asked the kernel for all that live there. Until then, its
        // place holds nothing but text.
        const watch = new MutationObserver(() => {
          if (widget.node.firstElementChild === null) return;
          this.clear.shift(); // the widget stays
          this.stop();
          this.clear.push(() => widget.dispose());
          widget.show();
        });
        watch.observe(widget.node, { childList: true });
        this.clear.push(() => clearTimeout(timer), () => watch.disconnect());
        await widget.renderModel(model);
      }

      async showStored(model) {
        const demo = model.data[DEMO];
        if (!demo) {
          const type = ["image/png", "text/plain"].find((each) => each in model.data);
          const picture = this.rendermime.createRenderer(type);
          this.addWidget(picture);
          this.clear.push(() => picture.dispose());
          return picture.renderModel(model);
        }
        const { turn } = this;
        const { render } = await loadEngine();
        if (turn !== this.turn) return;
        const place = new Widget();
        this.addWidget(place);
        const destroy = render({ model: storedModel(demo), el: place.node });
        this.clear.push(destroy, () => place.dispose());
      }

      dispose() {
        if (this.isDisposed) return;
        this.stop();
        super.dispose();
      }
    }

    function register({ content: { rendermime } }) {
      const factory = { safe: true, mimeTypes: [DEMO, LABORATORY], createRenderer: () => new Stored(rendermime) };
      rendermime.addFactory(factory, RANK);
    }

    return {
      id: `${NAME}:demos`,
      description: "Shows demos and laboratories of Loss Book that a notebook stores.",
      autoStart: true,
      requires: [INotebookTracker],
      activate(app, tracker) {
        tracker.forEach(register);
        tracker.widgetAdded.connect((_, panel) => register(panel));
      },
    };
  }

  window._JUPYTERLAB ??= {};
  window._JUPYTERLAB[NAME] = {
    init(given) {
      scope = given;
    },
    async get() {
      const [notebook, widgets] = await Promise.all(["@jupyterlab/notebook", "@lumino/widgets"].map(shared));
      return () => ({ __esModule: true, default: makePlugin(notebook, widgets) });
    },
  };
})();

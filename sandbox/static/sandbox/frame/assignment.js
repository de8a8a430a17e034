// Toloka's documented classes TaskSuite and Assignment, and the channel to the page around the frame.

/** options: {tasks, specs, assignment, assignmentId, workspaceOptions, TaskClass, solutions?} */
export function TolokaTaskSuite(options) {
  this.options = options;
  this.element = null;
  this.focused = 0;
  this.tasks = options.tasks.map(
    (task, index) =>
      new options.TaskClass({
        task,
        specs: options.specs,
        workspaceOptions: options.workspaceOptions,
        assignment: options.assignment,
        solution: options.solutions?.[index],
      }),
  );
}

["onRender", "onDestroy", "onPause", "onResume"].forEach((name) => {
  TolokaTaskSuite.prototype[name] = function () {};
});

Object.assign(TolokaTaskSuite.prototype, {
  getOptions() {
    return this.options;
  },
  getAssignment() {
    return this.options.assignment;
  },
  getWorkspaceOptions() {
    return this.options.workspaceOptions;
  },
  getDOMElement() {
    return this.element;
  },
  getTasksDOMElement() {
    return this.element;
  },
  getStyleDOMElement() {
    return document.getElementById("task-styles");
  },
  getTasks() {
    return this.tasks;
  },
  getTasksIndexed() {
    return Object.fromEntries(this.tasks.map((task) => [task.id, task]));
  },
  getFocusedTask() {
    return this.tasks[this.focused];
  },
  getSolutions() {
    return this.tasks.map((task) => task.getSolution());
  },

  render() {
    this.element = document.createElement("div");
    this.element.className = "task-suite";
    this.tasks.forEach((task) => this.element.append(task.render().getDOMElement()));
    return this;
  },

  rendered() {
    this.tasks.forEach((task) => task.rendered());
    this.onRender();
    if (this.tasks.length > 1) this.focusTask(0);
  },

  // A script's validate may answer at once or with a promise; null, or an object without errors, means "nothing wrong".
  async validate(solutions = this.getSolutions()) {
    const answers = await Promise.all(this.tasks.map((task, index) => task.validate(solutions[index])));
    const errors = answers.map((answer, index) => normal(answer, this.tasks[index].id));
    return errors.some(Boolean) ? errors : null;
  },

  onValidationFail(errors) {
    errors.forEach((error, index) => {
      if (error) this.tasks[index].onValidationFail(error);
    });
    const first = errors.findIndex(Boolean);
    if (first >= 0) this.tasks[first].getDOMElement()?.scrollIntoView({ block: "nearest" });
  },

  focusTask(index) {
    if (index < 0 || index >= this.tasks.length) return;
    this.tasks[this.focused]?.blur();
    this.focused = index;
    this.tasks[index].focus();
    this.tasks[index].getDOMElement()?.scrollIntoView({ block: "nearest" });
  },
  focusNextTask() {
    this.focusTask(this.focused + 1);
  },
  focusPreviousTask() {
    this.focusTask(this.focused - 1);
  },
  onKey(key) {
    return this.getFocusedTask()?.onKey(key);
  },

  initHotkeys() {
    document.addEventListener("keydown", (event) => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      if (event.key === "ArrowDown" && this.tasks.length > 1) this.focusNextTask();
      else if (event.key === "ArrowUp" && this.tasks.length > 1) this.focusPreviousTask();
      else this.onKey(event.key);
    });
  },

  pause() {
    this.tasks.forEach((task) => task.pause());
    this.onPause();
  },
  resume() {
    this.tasks.forEach((task) => task.resume());
    this.onResume();
  },
  getProxyUrl(path) {
    return new URL(`/api/proxy/${path}`, location.origin).href;
  },
  proxy(path) {
    return Promise.reject(new Error(`The sandbox has no HTTP proxy; "${path}" was not asked.`));
  },

  destroy() {
    this.tasks.forEach((task) => task.destroy());
    this.onDestroy();
    this.element?.remove();
  },
});

function isTyping(element) {
  return element instanceof Element && element.matches("textarea, select, input:not([type=radio]):not([type=checkbox])");
}

function normal(answer, taskId) {
  const errors = answer?.errors ?? null;
  if (!errors || !Object.keys(errors).length) return null;
  return { task_id: answer.task_id ?? taskId, errors };
}

/** options: {assignment: {id, tasks}, specs, workspaceOptions, channel, TaskClass, TaskSuiteClass} */
export function TolokaAssignment(options) {
  this.options = options;
  this.taskSuite = new options.TaskSuiteClass({
    tasks: options.assignment.tasks,
    specs: options.specs,
    assignment: this,
    assignmentId: options.assignment.id,
    workspaceOptions: options.workspaceOptions,
    TaskClass: options.TaskClass,
  });
}

["onStart", "onDestroy", "onPause", "onResume"].forEach((name) => {
  TolokaAssignment.prototype[name] = function () {};
});

Object.assign(TolokaAssignment.prototype, {
  getId() {
    return this.options.assignment.id;
  },
  getOptions() {
    return this.options;
  },
  getWorkspaceOptions() {
    return this.options.workspaceOptions;
  },
  getTaskSuite() {
    return this.taskSuite;
  },
  getTaskSuiteContainer() {
    return document.body;
  },
  getSandboxChannel() {
    return this.options.channel;
  },
  initHotkeys() {
    this.taskSuite.initHotkeys();
  },

  start() {
    this.getTaskSuiteContainer().append(this.taskSuite.render().getDOMElement());
    this.taskSuite.rendered();
    this.initHotkeys();
    this.onStart();
  },

  provideSolutions(strategy = this.sendSolutions, errorCallback = () => {}) {
    const suite = this.getTaskSuite();
    const solutions = suite.getSolutions();
    return Promise.resolve(suite.validate(solutions)).then((errors) => {
      if (!errors) return strategy.call(this, solutions);
      suite.onValidationFail(errors);
      this.getSandboxChannel().triggerOut("assignment:validation:fail", errors);
      return errorCallback.call(this, errors);
    });
  },

  sendSolutions(solutions) {
    this.getSandboxChannel().triggerOut("assignment:submit", { solutions, assignmentId: this.getId() });
  },

  submit() {
    return this.provideSolutions();
  },
  skip() {
    this.getSandboxChannel().triggerOut("assignment:skip", { assignmentId: this.getId() });
  },
  pause() {
    this.taskSuite.pause();
    this.onPause();
  },
  resume() {
    this.taskSuite.resume();
    this.onResume();
  },

  destroy() {
    this.taskSuite.destroy();
    this.onDestroy();
  },
});

/** The channel that scripts know as getSandboxChannel(): `send(name, data)` carries a message out, `receive` hands one in. */
export function makeChannel(send) {
  const listeners = new Map();
  const notify = (name, data) => {
    [...(listeners.get(name) ?? [])].forEach((listener) => listener(data));
    [...(listeners.get("*") ?? [])].forEach((listener) => listener(name, data));
  };
  return {
    on(name, listener) {
      listeners.set(name, [...(listeners.get(name) ?? []), listener]);
    },
    off(name, listener) {
      listeners.set(
        name,
        (listeners.get(name) ?? []).filter((known) => known !== listener),
      );
    },
    triggerOut(name, data) {
      send(name, data);
    },
    receive: notify,
  };
}

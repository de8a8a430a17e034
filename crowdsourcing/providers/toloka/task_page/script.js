// Runs on Toloka's task page. Opens our editor in a frame, waits until it says that the work is stored, then writes the solution
// and submits. Protocol: docs/editor-protocol.md. No cookies, nothing from other origins, no library.
exports.Task = extend(TolokaHandlebarsTask, function (options) {
  TolokaHandlebarsTask.call(this, options);
}, {
  onRender: function () {
    var task = this;
    var root = this.getDOMElement().querySelector('.cvatoloka');
    var note = root.querySelector('.cvatoloka__note');
    var base = root.getAttribute('data-editor-base');
    var jobKey = this.getTask().input_values.job_key;
    var assignment = this.getAssignment();
    var assignmentId = assignment && assignment.getId && assignment.getId();
    var mode = (this.getWorkspaceOptions && this.getWorkspaceOptions()) || {};
    if (!assignmentId || mode.isReviewMode) {
      // A preview has no assignment, and the requester reviews in our own pages.
      note.textContent = 'The editor opens when the task is taken.';
      return;
    }
    var frame = document.createElement('iframe');
    frame.className = 'cvatoloka__frame';
    frame.title = 'Annotation editor';
    frame.setAttribute('allow', 'fullscreen');
    frame.referrerPolicy = 'no-referrer';
    frame.src = base + encodeURIComponent(jobKey) + '#' + encodeURIComponent(assignmentId);
    var origin = new URL(base, location.href).origin;

    this.cvatolokaListener = function (event) {
      if (event.origin !== origin || event.source !== frame.contentWindow || !event.data) return;
      var message = event.data;
      if (message.type === 'cvatoloka:ready') {
        note.hidden = true;
      } else if (message.type === 'cvatoloka:done' && message.job_key === jobKey) {
        task.cvatolokaDone = true;
        task.setSolutionOutputValue('job_key', message.job_key);
        task.setSolutionOutputValue('revision', message.revision);
        task.setSolutionOutputValue('digest', message.digest);
        assignment.submit();
      } else if (message.type === 'cvatoloka:skip') {
        assignment.skip();
      }
    };
    window.addEventListener('message', this.cvatolokaListener);
    frame.addEventListener('load', function () { note.hidden = true; });
    root.appendChild(frame);
  },

  validate: function (solution) {
    if (this.cvatolokaDone) return TolokaHandlebarsTask.prototype.validate.call(this, solution);
    return {
      task_id: this.getTask().id,
      errors: { digest: { code: 'NOT_SUBMITTED', message: 'Finish the work in the editor and press Submit there.' } }
    };
  },

  onDestroy: function () {
    if (this.cvatolokaListener) window.removeEventListener('message', this.cvatolokaListener);
  }
});

function extend(ParentClass, constructorFunction, prototypeHash) {
  constructorFunction = constructorFunction || function () {};
  prototypeHash = prototypeHash || {};
  if (ParentClass) {
    constructorFunction.prototype = Object.create(ParentClass.prototype);
  }
  for (var name in prototypeHash) {
    constructorFunction.prototype[name] = prototypeHash[name];
  }
  return constructorFunction;
}

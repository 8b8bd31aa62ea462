package dev.craftstream.prompt.jinja;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Renders nodes, once. */
final class Renderer extends Evaluator {
  private enum Next {
    NODE,
    ITEM,
    NOTHING
  }

  private StringBuilder out = new StringBuilder();

  /** The line of what was rendered last. */
  private int line = 1;

  int line() {
    return line;
  }

  String render(List<Node> nodes, Map<String, Object> values) {
    Scope scope = Scope.of(values);
    Scope builtIn = scope;
    builtIn.set("range", (Callable) (arguments, named) -> range(arguments));
    builtIn.set("namespace", (Callable) (arguments, named) -> namespace(named));
    builtIn.set("dict", (Callable) (arguments, named) -> new LinkedHashMap<Object, Object>(named));
    render(nodes, scope);
    return out.toString();
  }

  private List<Object> range(List<Object> bounds) {
    if (bounds.isEmpty() || bounds.size() > 3) {
      throw new TemplateException("range takes 1 to 3 numbers.");
    }
    long from = bounds.size() == 1 ? 0 : Values.whole(bounds.get(0));
    long to = Values.whole(bounds.get(bounds.size() == 1 ? 0 : 1));
    long by = bounds.size() < 3 ? 1 : Values.whole(bounds.get(2));
    if (by == 0) {
      throw new TemplateException("The step of a range is 0.");
    }
    List<Object> numbers = new ArrayList<>();
    for (long i = from; by > 0 ? i < to : i > to; i += by) {
      budget.make(1);
      numbers.add(i);
    }
    return numbers;
  }

  private static Namespace namespace(Map<String, Object> attributes) {
    Namespace namespace = new Namespace();
    attributes.forEach(namespace::set);
    return namespace;
  }

  private Next render(List<Node> nodes, Scope scope) {
    for (Node node : nodes) {
      budget.step();
      Next next = render(node, scope);
      if (next != Next.NODE) {
        return next;
      }
    }
    return Next.NODE;
  }

  private Next render(Node node, Scope scope) {
    if (node instanceof Node.Text text) {
      write(text.text());
    } else if (node instanceof Node.Output output) {
      line = output.line();
      write(Values.text(value(output.value(), scope)));
    } else if (node instanceof Node.If condition) {
      return branch(condition, scope);
    } else if (node instanceof Node.For loop) {
      loop(loop, scope);
    } else if (node instanceof Node.Assignment assignment) {
      assign(assignment, scope);
    } else if (node instanceof Node.Capture capture) {
      scope.set(capture.target(), captured(capture.body(), scope.inner()));
    } else if (node instanceof Node.Macro macro) {
      scope.set(macro.name(), (Callable) (given, named) -> call(macro, scope, given, named));
    } else if (node instanceof Node.Filtered filtered) {
      Scope inner = scope.inner();
      inner.set(Node.Filtered.RENDERED, captured(filtered.body(), scope.inner()));
      line = filtered.line();
      write(Values.text(value(filtered.filter(), inner)));
    } else if (node instanceof Node.Generation generation) {
      return render(generation.body(), scope);
    } else {
      return node instanceof Node.Break ? Next.NOTHING : Next.ITEM;
    }
    return Next.NODE;
  }

  private void write(String text) {
    budget.make(text.length());
    out.append(text);
  }

  private Next branch(Node.If condition, Scope scope) {
    for (Node.If.Branch branch : condition.branches()) {
      line = branch.line();
      if (Values.isTrue(value(branch.condition(), scope))) {
        return render(branch.body(), scope);
      }
    }
    return render(condition.otherwise(), scope);
  }

  private void loop(Node.For loop, Scope scope) {
    line = loop.line();
    List<Object> items = new ArrayList<>();
    for (Object item : Values.items(value(loop.items(), scope))) {
      Scope inner = scope.inner();
      bind(loop.targets(), item, inner);
      if (loop.filter() == null || Values.isTrue(value(loop.filter(), inner))) {
        items.add(item);
      }
    }
    if (items.isEmpty()) {
      render(loop.otherwise(), scope);
    }
    for (int i = 0; i < items.size(); i++) {
      Scope inner = scope.inner();
      bind(loop.targets(), items.get(i), inner);
      inner.set("loop", state(items, i));
      if (render(loop.body(), inner) == Next.NOTHING) {
        return;
      }
    }
  }

  private static Map<String, Object> state(List<Object> items, int index) {
    Map<String, Object> state = new LinkedHashMap<>();
    int size = items.size();
    state.put("index", index + 1L);
    state.put("index0", (long) index);
    state.put("revindex", (long) size - index);
    state.put("revindex0", size - index - 1L);
    state.put("first", index == 0);
    state.put("last", index == size - 1);
    state.put("length", (long) size);
    if (index > 0) {
      state.put("previtem", items.get(index - 1));
    }
    if (index < size - 1) {
      state.put("nextitem", items.get(index + 1));
    }
    state.put("cycle", (Callable) (arguments, named) -> arguments.get(index % arguments.size()));
    return state;
  }

  private static void bind(List<String> targets, Object value, Scope scope) {
    if (targets.size() == 1) {
      scope.set(targets.get(0), value);
      return;
    }
    List<Object> items = Values.items(value);
    if (items.size() != targets.size()) {
      throw new TemplateException(
          "%d names are given for %d values.".formatted(targets.size(), items.size()));
    }
    for (int i = 0; i < targets.size(); i++) {
      scope.set(targets.get(i), items.get(i));
    }
  }

  private void assign(Node.Assignment assignment, Scope scope) {
    line = assignment.line();
    Object value = value(assignment.value(), scope);
    if (assignment.attribute().isEmpty()) {
      bind(assignment.targets(), value, scope);
    } else if (scope.get(assignment.targets().get(0)) instanceof Namespace namespace) {
      namespace.set(assignment.attribute(), value);
    } else {
      throw new TemplateException(
          "\""
              + assignment.targets().get(0)
              + "\" is no namespace, so that nothing can be set in it.");
    }
  }

  private String captured(List<Node> body, Scope scope) {
    StringBuilder around = out;
    out = new StringBuilder();
    try {
      render(body, scope);
      return out.toString();
    } finally {
      out = around;
    }
  }

  private String call(
      Node.Macro macro, Scope scope, List<Object> given, Map<String, Object> named) {
    List<String> parameters = macro.parameters();
    if (given.size() > parameters.size() || !parameters.containsAll(named.keySet())) {
      throw new TemplateException("The macro " + macro.name() + " is called with other arguments.");
    }
    budget.enter();
    Scope inner = scope.inner();
    int withoutDefault = parameters.size() - macro.defaults().size();
    for (int i = 0; i < parameters.size(); i++) {
      String parameter = parameters.get(i);
      if (i < given.size()) {
        inner.set(parameter, given.get(i));
      } else if (named.containsKey(parameter)) {
        inner.set(parameter, named.get(parameter));
      } else {
        inner.set(
            parameter,
            i < withoutDefault
                ? new Undefined(parameter)
                : value(macro.defaults().get(i - withoutDefault), inner));
      }
    }
    String text = captured(macro.body(), inner);
    budget.leave();
    return text;
  }
}

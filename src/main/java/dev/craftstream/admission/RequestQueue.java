package dev.craftstream.admission;

import dev.craftstream.flink.MailboxHandOver;
import dev.craftstream.model.dataset.Request;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.apache.flink.api.common.operators.MailboxExecutor;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.OperatorStateStore;
import org.apache.flink.api.common.typeinfo.TypeInformation;

/**
 * Requests on their way through the admission. One that names a checkpoint whose announcement waits
 * there waits as well; one that names a checkpoint which is not known waits until all announcements
 * before it are read. The others pass.
 */
final class RequestQueue {
  private final ListState<Request> state;
  private final List<Request> waiting = new ArrayList<>();

  /** Those of unknown checkpoints. */
  private final Set<Request> early = Collections.newSetFromMap(new IdentityHashMap<>());

  private final Predicate<String> isKnown;
  private final Predicate<String> isWaiting;
  private final Consumer<Request> output;
  private MailboxExecutor mailbox;
  private SourceProgress announcements;
  private boolean reading;

  /**
   * The queue as it was saved.
   *
   * @param isKnown whether a checkpoint of that id is admitted and not retired
   * @param isWaiting whether an announcement or retirement of that id waits
   * @param output takes what passes
   */
  RequestQueue(
      OperatorStateStore store,
      Predicate<String> isKnown,
      Predicate<String> isWaiting,
      Consumer<Request> output)
      throws Exception {
    this.isKnown = isKnown;
    this.isWaiting = isWaiting;
    this.output = output;
    state =
        store.getListState(
            new ListStateDescriptor<>("waiting-requests", TypeInformation.of(Request.class)));
    state.get().forEach(waiting::add);
  }

  /**
   * Begins to let requests through.
   *
   * @param announcements closed with this
   */
  void open(MailboxExecutor mailbox, SourceProgress announcements) {
    this.mailbox = mailbox;
    this.announcements = announcements;
    mailbox.execute(() -> came(waiting), "look at the requests");
  }

  void add(Request request) {
    waiting.add(request);
    came(List.of(request));
  }

  /** Lets those through whose announcements are decided on. */
  void advance() {
    for (Iterator<Request> rest = waiting.iterator(); rest.hasNext(); ) {
      Request request = rest.next();
      boolean isEarly = early.contains(request) && namesAnUnknown(request);
      if (!isEarly && names(request).noneMatch(isWaiting)) {
        rest.remove();
        early.remove(request);
        output.accept(request);
      }
    }
  }

  int size() {
    return waiting.size();
  }

  void save() throws Exception {
    state.update(waiting);
  }

  void close() {
    if (announcements != null) {
      announcements.close();
    }
  }

  private void came(List<Request> requests) {
    requests.stream().filter(this::namesAnUnknown).forEach(early::add);
    readAnnouncements();
    advance();
  }

  /** For all at once that wait for that. */
  private void readAnnouncements() {
    if (reading || early.isEmpty()) {
      return;
    }
    reading = true;
    List<Request> before = List.copyOf(early);
    MailboxHandOver.whenComplete(
        announcements.complete(),
        mailbox,
        "announcements are read",
        (nothing, neverFails) -> announcementsAreRead(before));
  }

  private void announcementsAreRead(List<Request> before) {
    reading = false;
    before.forEach(early::remove);
    advance();
    readAnnouncements();
  }

  private boolean namesAnUnknown(Request request) {
    return names(request).anyMatch(id -> !isKnown.test(id) && !isWaiting.test(id));
  }

  private static Stream<String> names(Request request) {
    return Stream.of(request.checkpointId(), request.rehearsalId()).filter(id -> !id.isEmpty());
  }
}

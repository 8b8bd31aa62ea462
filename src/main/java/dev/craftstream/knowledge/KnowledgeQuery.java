package dev.craftstream.knowledge;

import dev.craftstream.model.Question;
import dev.craftstream.model.checkpoint.ModelCheckpoint;
import java.io.Serializable;
import java.util.concurrent.CompletableFuture;

/**
 * Asks the model server what a model checkpoint knows, or how it answers. Never blocks; futures
 * complete on a thread of the client's.
 *
 * <p>Both methods wait for a server that is not there and retry what a retry can mend. Their
 * futures fail with
 *
 * <ul>
 *   <li>{@link UnusableAnswerException} where asking again can't help: the server refuses the
 *       request, its answer breaks the contract, or it fails in the same words on this question
 *       while it answers another;
 *   <li>{@link ServerUnavailableException} where it may help: the deadline passed, the model is
 *       unloaded, the server is overloaded, the connection broke.
 * </ul>
 */
public interface KnowledgeQuery extends AutoCloseable {

  /**
   * Asks one question, as its purpose says; gives up at the deadline. Cancelling the future takes
   * the request back.
   *
   * @param questionVersion part of the samples' seeds, so that asking again draws the same samples
   * @param spending what asking costs is added to it, whatever comes of it; null where nobody
   *     counts
   */
  CompletableFuture<Measurement> ask(
      Question question, int questionVersion, ModelCheckpoint checkpoint, Spending spending);

  /** The same where nobody counts what it costs. */
  default CompletableFuture<Measurement> ask(
      Question question, int questionVersion, ModelCheckpoint checkpoint) {
    return ask(question, questionVersion, checkpoint, null);
  }

  /**
   * Completes when the server says that the checkpoint is ready and has its contract's inputs and
   * outputs, and where these don't tell all (an adapter, log-probabilities) when it has answered a
   * question of each kind; and when the judge model, where there is one, gives verdicts. Waits for
   * the server without a limit; a model that its server does not have some time after that is
   * unusable.
   */
  CompletableFuture<Void> ready(ModelCheckpoint checkpoint);

  /**
   * What has been seen of the servers, a judge model's among them, attempts that were sent again by
   * themselves included.
   */
  ServerHealth health();

  /** What a judge model was asked for, where one judges answers. */
  default JudgeUse judge() {
    return JudgeUse.NONE;
  }

  /** Ends all requests in flight; their futures fail. */
  @Override
  void close();

  /** Opens the query on the machine that uses it. */
  interface Factory extends Serializable {
    KnowledgeQuery open();
  }
}

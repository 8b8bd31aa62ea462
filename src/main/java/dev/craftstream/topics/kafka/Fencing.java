package dev.craftstream.topics.kafka;

import java.io.IOException;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.apache.flink.api.common.JobInfo;
import org.apache.flink.api.common.TaskInfo;
import org.apache.flink.api.common.operators.MailboxExecutor;
import org.apache.flink.api.common.operators.ProcessingTimeService;
import org.apache.flink.api.common.serialization.SerializationSchema;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import org.apache.flink.metrics.groups.SinkWriterMetricGroup;
import org.apache.flink.util.ExceptionUtils;
import org.apache.flink.util.UserCodeClassLoader;
import org.apache.flink.util.function.ThrowingRunnable;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;

/**
 * Says why a writer failed whose transactional id another producer took.
 *
 * @param topic that is written to
 * @param prefix {@code kafka.transactional-id-prefix}
 */
record Fencing(String topic, String prefix) {

  /**
   * What to throw for a failure of the writer: a sentence where it was fenced, else the failure.
   *
   * @param failure an IOException, or unchecked
   */
  IOException explained(Exception failure) {
    if (ExceptionUtils.findThrowable(failure, Fencing::isFencing).isPresent()) {
      return new IOException(
          "Another producer took a transactional id of the writer to %s. Either another job runs with kafka.transactional-id-prefix %s: stop one of them, or give it another prefix. Or this task was taken for dead and replaced: then nothing is to be done."
              .formatted(topic, prefix),
          failure);
    }
    if (failure instanceof RuntimeException unchecked) {
      throw unchecked;
    }
    return (IOException) failure;
  }

  private static boolean isFencing(Throwable failure) {
    return failure instanceof ProducerFencedException
        || failure instanceof InvalidProducerEpochException;
  }

  /** The same context, but what the writer throws in the task's mailbox is explained, too. */
  WriterInitContext explaining(WriterInitContext context) {
    return new ExplainingContext(context);
  }

  private final class ExplainingMailbox implements MailboxExecutor {
    private final MailboxExecutor mailbox;

    ExplainingMailbox(MailboxExecutor mailbox) {
      this.mailbox = mailbox;
    }

    @Override
    public void execute(
        MailOptions options,
        ThrowingRunnable<? extends Exception> command,
        String descriptionFormat,
        Object... descriptionArgs) {
      mailbox.execute(
          options,
          () -> {
            try {
              command.run();
            } catch (Exception e) {
              throw e instanceof IOException || e instanceof RuntimeException ? explained(e) : e;
            }
          },
          descriptionFormat,
          descriptionArgs);
    }

    @Override
    public void yield() throws InterruptedException {
      mailbox.yield();
    }

    @Override
    public boolean tryYield() {
      return mailbox.tryYield();
    }

    @Override
    public boolean shouldInterrupt() {
      return mailbox.shouldInterrupt();
    }
  }

  private final class ExplainingContext implements WriterInitContext {
    private final WriterInitContext context;

    ExplainingContext(WriterInitContext context) {
      this.context = context;
    }

    @Override
    public MailboxExecutor getMailboxExecutor() {
      return new ExplainingMailbox(context.getMailboxExecutor());
    }

    @Override
    public UserCodeClassLoader getUserCodeClassLoader() {
      return context.getUserCodeClassLoader();
    }

    @Override
    public ProcessingTimeService getProcessingTimeService() {
      return context.getProcessingTimeService();
    }

    @Override
    public SinkWriterMetricGroup metricGroup() {
      return context.metricGroup();
    }

    @Override
    public SerializationSchema.InitializationContext asSerializationSchemaInitializationContext() {
      return context.asSerializationSchemaInitializationContext();
    }

    @Override
    public boolean isObjectReuseEnabled() {
      return context.isObjectReuseEnabled();
    }

    @Override
    public <I> TypeSerializer<I> createInputSerializer() {
      return context.createInputSerializer();
    }

    @Override
    public <M> Optional<Consumer<M>> metadataConsumer() {
      return context.metadataConsumer();
    }

    @Override
    public OptionalLong getRestoredCheckpointId() {
      return context.getRestoredCheckpointId();
    }

    @Override
    public JobInfo getJobInfo() {
      return context.getJobInfo();
    }

    @Override
    public TaskInfo getTaskInfo() {
      return context.getTaskInfo();
    }
  }
}

package dev.craftstream.triton.recorded;

import io.grpc.Status;

/** A request that no recorded answer is for. */
final class UnansweredException extends Exception {
  private static final long serialVersionUID = 1L;

  private final Status status;

  private UnansweredException(Status status) {
    super(status.getDescription());
    this.status = status;
  }

  /** It never can be answered; {@code why} is no sentence yet. */
  static UnansweredException refused(String why) {
    return new UnansweredException(
        Status.INVALID_ARGUMENT.withDescription("No recorded sample matches: " + why));
  }

  /** In Triton's words. */
  static UnansweredException unknownModel(String name, String version) {
    return new UnansweredException(
        Status.NOT_FOUND.withDescription(
            "Request for unknown model: '%s'%s is not among the recorded ones"
                .formatted(name, version.isEmpty() ? "" : " version " + version)));
  }

  Status status() {
    return status;
  }
}

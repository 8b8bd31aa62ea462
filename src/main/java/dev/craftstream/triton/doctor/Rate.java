package dev.craftstream.triton.doctor;

/**
 * How fast open-ended questions were answered with so many in flight all the time.
 *
 * @param inFlight questions in flight
 * @param answered questions that were answered
 * @param failed questions that were not
 * @param seconds from the first one asked to the last one answered
 * @param perSecond answered questions a second
 * @param secondsEach how long a question took, on average
 * @param overloaded how often the server had no room for a request, which was sent again
 * @param streamsWaiting the most streamed requests that were seen to wait for their turn
 */
public record Rate(
    int inFlight,
    int answered,
    int failed,
    double seconds,
    double perSecond,
    double secondsEach,
    long overloaded,
    int streamsWaiting) {}

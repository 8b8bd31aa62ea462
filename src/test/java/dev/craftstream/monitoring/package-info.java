/** {@code deploy/monitoring} and a Prometheus to try it with. */
package dev.craftstream.monitoring;

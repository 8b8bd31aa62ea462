/** Commands that run something on this machine: the demo, the circle, the study and benchmarks. */
package dev.craftstream.cli.local;

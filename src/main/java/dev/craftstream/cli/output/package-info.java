/** Commands that read what the job has made: instructions, datasets, conflicts and reports. */
package dev.craftstream.cli.output;

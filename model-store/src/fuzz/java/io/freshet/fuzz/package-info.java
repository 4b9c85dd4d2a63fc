/**
 * A small fuzzer of decoders, compiled by the tests of all modules. Its seeds are valid encodings, and its inputs are
 * seeds damaged with knowledge of their structure.
 */
@NullMarked
package io.freshet.fuzz;

import org.jspecify.annotations.NullMarked;

/**
 * Compares reading and splitting with naive code and evaluation with complete top lists, and tests fits on synthetic
 * data.
 */
@NullMarked
package io.freshet.offline;

import org.jspecify.annotations.NullMarked;

/** Reading and splitting against naive code, evaluation against complete top lists, and fits on data made up here. */
@NullMarked
package io.freshet.offline;

import org.jspecify.annotations.NullMarked;

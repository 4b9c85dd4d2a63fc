/** The contract of the public topics: the schemas of their records, and the AsyncAPI document. */
@NullMarked
package io.freshet.service.contract;

import org.jspecify.annotations.NullMarked;

/** The demo: a broker, synthetic clicks and all roles in one process. */
@org.jspecify.annotations.NullMarked
package io.freshet.workbench.demo;

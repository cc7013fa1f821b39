/** What is used of the package for MCP. Apart, since only a server loads it. */
export { ProtocolError, Server } from '@modelcontextprotocol/server';
export { StdioServerTransport, serveStdio } from '@modelcontextprotocol/server/stdio';

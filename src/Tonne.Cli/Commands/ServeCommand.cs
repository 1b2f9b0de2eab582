using System.CommandLine;
using Tonne.Cli.Serving;

namespace Tonne.Cli.Commands;

/// <summary><c>tonne serve</c>: the ledger, or the database of a fleet, over HTTP, for programs, browsers and Prometheus.</summary>
static class ServeCommand
{
    public static Command Build(CommandContext context)
    {
        Option<string>[] options =
        [
            new("--port") { Description = "TCP port on this machine; default 7070, 0 for a free one", HelpName = "N" },
            new("--socket") { Description = "A Unix socket in a folder that only you can open; needs no token", HelpName = "PATH" },
            new("--listen") { Description = "Address and port; beyond 127.0.0.1 only with a certificate or a proxy", HelpName = "ADDRESS[:PORT]" },
            new("--certificate") { Description = "TLS certificate: PEM with its key, or .pfx", HelpName = "FILE" },
            new("--certificate-key") { Description = "Its key, if it is in a PEM file of its own", HelpName = "FILE" },
            new("--behind-proxy") { Description = "A proxy with TLS is before this server: the address that users see", HelpName = "URL" },
            new("--oidc-authority") { Description = "Issuer of OpenID Connect where people sign in; with a database", HelpName = "URL" },
            new("--oidc-client-id") { Description = "The id that the issuer knows this server by", HelpName = "ID" },
            new("--oidc-client-secret-file") { Description = "Its secret, in a file for its owner only; else PKCE alone",
                HelpName = "FILE" },
            new("--oidc-audience") { Description = "Audience of the tokens of programs; default: the client id", HelpName = "A" },
            new("--oidc-person-claim") { Description = "Claim with the person's name; default preferred_username", HelpName = "CLAIM" },
            new("--person-header") { Description = "Header in which the proxy names the person; with --behind-proxy", HelpName = "NAME" },
            new("--trusted-proxy") { Description = "Networks of that proxy, with commas between; default: this machine",
                HelpName = "CIDR" },
        ];
        Option<bool>[] flags =
        [
            new("--no-open") { Description = "Do not open the browser" },
            new("--no-token") { Description = "The token opens nothing: people sign in, or the proxy names them" },
            new("--read-only") { Description = "Write nothing: leave runs of killed recorders open" },
        ];
        var database = new DatabaseOptions();
        var command = new Command("serve", "Serve the ledger over HTTP: API, live runs, metrics, MCP. The address that is printed has a token; without it nothing is answered.");
        foreach (var option in options)
            command.Options.Add(option);
        foreach (var flag in flags)
            command.Options.Add(flag);
        database.AddTo(command);
        command.SetAction(parsed =>
        {
            var (arguments, variables) = database.Read(parsed);
            return ServerProgram.Start(context,
            [
                "serve",
                .. arguments,
                .. options.Where(option => parsed.GetValue(option) is not null).SelectMany(option => new[] { option.Name, parsed.GetValue(option)! }),
                .. flags.Where(flag => parsed.GetValue(flag)).Select(flag => flag.Name),
            ], variables);
        });
        return command;
    }
}

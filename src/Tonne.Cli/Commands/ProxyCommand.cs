using System.CommandLine;
using System.Globalization;
using Tonne.Cli.Configuration;
using Tonne.Cli.Serving;
using Tonne.Services.Recording;

namespace Tonne.Cli.Commands;

/// <summary><c>tonne proxy</c>: passes requests on to a model server, and counts their tokens and energy.</summary>
static class ProxyCommand
{
    // Known to tonne-server too; no setting, because only tonne itself writes the file.
    const string IdlePowerVariable = "TONNE_IDLE_POWER";

    public static Command Build(CommandContext context)
    {
        var to = new Option<string>("--to") { Description = "Address of the model server: http://localhost:8000", HelpName = "URL" };
        var name = new Option<string>("--name", "-n") { Description = "Name of the service: letters, digits, '.', '_', '-'", HelpName = "NAME" };
        var listen = new Option<string>("--listen") { Description = "Where clients connect; default 127.0.0.1:8801", HelpName = "ADDRESS:PORT" };
        var pid = new Option<int?>("--pid") { Description = "Process of the server on this machine: its energy is measured", HelpName = "PID" };
        var model = new Option<string>("--model") { Description = "Model of the catalog, if the server names it otherwise", HelpName = "MODEL" };
        var look = new Option<string>("--look") { Description = "Time between two divisions of energy, 1s to 1h; default 10s", HelpName = "TIME" };
        var command = new Command("proxy", "Pass requests on to a model server (OpenAI, Ollama): tokens and energy of each.") { to, name, listen, pid, model, look };
        foreach (var option in (IEnumerable<Option>)[.. SettingOptions.Place, .. SettingOptions.Sampling])
            command.Options.Add(option);
        command.SetAction(parsed =>
        {
            var settings = SettingOptions.Resolve(parsed, context);
            var service = parsed.GetValue(name) ?? throw new InvalidInputException("give the service a name: --name chat.");
            if (!ServiceFolder.IsName(service))
                throw new InvalidInputException($"--name '{service}': 1 to 60 letters, digits, '.', '_' and '-', the first one a letter or digit.");
            string[] arguments =
            [
                "proxy", "--to", parsed.GetValue(to) ?? throw new InvalidInputException("give the address of the model server: --to http://localhost:8000."), "--name", service,
                .. parsed.GetValue(listen) is { } address ? ["--listen", address] : Array.Empty<string>(),
                .. parsed.GetValue(pid) is { } process ? ["--pid", process.ToString(CultureInfo.InvariantCulture)] : Array.Empty<string>(),
                .. parsed.GetValue(model) is { } named ? ["--model", named] : Array.Empty<string>(),
                .. settings.GivenPeriod is { } period ? ["--period-seconds", period.TotalSeconds.ToString(CultureInfo.InvariantCulture)]
                    : Array.Empty<string>(),
                "--policy", settings.Policy.ToString(),
                "--look-seconds", ReadLook(parsed.GetValue(look)).TotalSeconds.ToString(CultureInfo.InvariantCulture),
            ];
            return ServerProgram.Start(context, arguments, settings, ListVariables(settings));
        });
        return command;
    }

    static List<KeyValuePair<string, string>> ListVariables(Settings settings)
    {
        var place = settings.Place;
        return
        [
            new(Setting.Zone.Variable, place?.Zone ?? ""),
            new(Setting.Region.Variable, place?.Region ?? ""),
            new(Setting.Intensity.Variable, place?.IntensityGramsPerKwh?.ToString(CultureInfo.InvariantCulture) ?? ""),
            new(Setting.Project.Variable, settings[Setting.Project] ?? ""),
            new(Setting.MaskSecrets.Variable, settings[Setting.MaskSecrets] ?? ""),
            new(IdlePowerVariable, settings.RemembersIdlePower ? settings.IdlePowerFile : ""),
        ];
    }

    static TimeSpan ReadLook(string? text)
    {
        if (text is null)
            return TimeSpan.FromSeconds(10);
        return Setting.TryParsePeriod(text, out var look) && look >= TimeSpan.FromSeconds(1) && look <= TimeSpan.FromHours(1)
            ? look : throw new InvalidInputException($"--look '{text}' is not a time from 1s to 1h.");
    }
}

using System.Diagnostics;
using System.Text;

namespace Tonne.Trials.Wrapping;

/// <summary>The result of a command run with pipes.</summary>
sealed record Outcome(int Code, byte[] Output, byte[] Error)
{
    internal string Text => Encoding.UTF8.GetString(Output);

    internal string ErrorText => Encoding.UTF8.GetString(Error);

    internal static async Task<Outcome> Of(string[] command, byte[]? input = null)
    {
        using var process = Process.Start(new ProcessStartInfo(command[0], command[1..])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var output = All(process.StandardOutput.BaseStream);
        var error = All(process.StandardError.BaseStream);
        try
        {
            await process.StandardInput.BaseStream.WriteAsync(input ?? []);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // The reader did not read everything.
        }

        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return new Outcome(process.ExitCode, await output, await error);
    }

    /// <summary>Runs a shell script with the words as $1, $2, …</summary>
    internal static Task<Outcome> OfScript(string script, params string[] words) => Of(["/bin/bash", "-c", script, "trial", .. words]);

    static async Task<byte[]> All(Stream stream)
    {
        using var bytes = new MemoryStream();
        await stream.CopyToAsync(bytes);
        return bytes.ToArray();
    }
}

using System.Diagnostics;

namespace Tonne.Trials;

/// <summary>The result of a process.</summary>
/// <param name="Code">Exit code.</param>
/// <param name="Output">Standard output.</param>
/// <param name="Error">Standard error.</param>
sealed record Finished(int Code, string Output, string Error)
{
    internal static async Task<Finished> OfAsync(Process process)
    {
        using (process)
        {
            var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            return new Finished(process.ExitCode, await output, await error);
        }
    }

    /// <summary>Fails with all output unless the exit code is the expected one.</summary>
    internal Finished Expect(int code)
    {
        Assert.True(Code == code, $"exit code {Code}, expected {code}\nstdout: {Output}\nstderr: {Error}");
        return this;
    }
}

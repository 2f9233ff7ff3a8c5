using System.Runtime.InteropServices;

namespace ShardyFusion.LocalFiles;

/// <summary>The process's three streams, where they may be closed or broken.</summary>
/// <remarks>
/// The first files that a process opens take the numbers of streams that were closed when it started. The runtime opens its own before any
/// code of ours runs: reading standard input then waits forever on a pipe of the runtime's, and answers go into a file that is not meant.
/// What the runtime opens is closed on exec, and what a process inherits never is.
/// </remarks>
static partial class StandardStreams
{
    const int GetDescriptorFlags = 1, CloseOnExec = 1;

    /// <summary>Standard input; empty when it is closed.</summary>
    public static Stream Input() => IsOpen(0) ? Console.OpenStandardInput() : Stream.Null;

    /// <summary>Standard output; into nothing when it is closed.</summary>
    public static Stream Output() => !IsOpen(1) ? Stream.Null : OperatingSystem.IsWindows() ? Console.OpenStandardOutput()
        : new UnixOutput(1);

    /// <summary>Standard error; into nothing when it is closed.</summary>
    public static Stream Error() => IsOpen(2) ? Console.OpenStandardError() : Stream.Null;

    static bool IsOpen(int descriptor) => OperatingSystem.IsWindows() || (Control(descriptor, GetDescriptorFlags) is not -1 and var flags
        && (flags & CloseOnExec) == 0);

    [LibraryImport("libc", EntryPoint = "fcntl")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int Control(int descriptor, int command);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial nint Write(int descriptor, ref byte content, nint length);

    /// <summary>.NET's own stream says nothing about a reader that has gone, so that an export would run on to its end for
    /// nobody.</summary>
    sealed class UnixOutput(int descriptor) : Stream
    {
        const int Interrupted = 4, TryAgain = 11, BrokenPipe = 32, TryAgainOnMac = 35;

        public override bool CanRead => false;
        public override bool CanSeek => false;
        public override bool CanWrite => true;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            while (!buffer.IsEmpty)
            {
                var written = StandardStreams.Write(descriptor, ref MemoryMarshal.GetReference(buffer), buffer.Length);
                if (written >= 0)
                {
                    buffer = buffer[(int)written..];
                    continue;
                }
                switch (Marshal.GetLastPInvokeError())
                {
                    case Interrupted: break;
                    case TryAgain or TryAgainOnMac: Thread.Sleep(1); break;
                    case BrokenPipe: throw new BrokenPipeException();
                    case var error:
                        throw new IOException($"Standard output cannot be written: {Marshal.GetPInvokeErrorMessage(error)}.",
                        error);
                }
            }
        }

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
    }
}

/// <summary>Standard output was closed by its reader.</summary>
sealed class BrokenPipeException() : IOException("Standard output was closed by its reader.");
